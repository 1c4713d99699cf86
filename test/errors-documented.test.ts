import { describe, expect, test } from 'vitest';
import { raisedCodes } from '../tools/error-codes.ts';
import { documentedCodes, errorsDoc, errorsPage, errorsSection, readmesByName } from '../tools/errors-doc.ts';
import { readWorkspace } from '../tools/workspace.ts';

const workspace = readWorkspace(new URL('../', import.meta.url));
const { files, packages } = workspace;
const readmes = readmesByName(workspace);
const raised = new Map(packages.map(({ id, sources }) => [id, raisedCodes(sources)]));
/** Codes that a package's users may meet though another package raises them. */
const inherited = new Set([...raised.get('core')!.codes, ...raised.get('framing')!.codes]);

describe.each(packages.map(({ id }) => id))('@millrace/%s', (id) => {
  const { codes, composed } = raised.get(id)!;
  const documented = documentedCodes(errorsSection(readmes.get(`@millrace/${id}`)!));

  test('documents every code that it raises in its README, under "## Errors"', () => {
    expect([...codes].filter((code) => !documented.includes(code))).toEqual([]);
  });

  test('documents no code that is gone; those of core and framing may be repeated', () => {
    expect(documented.filter((code) => !codes.has(code) && !inherited.has(code))).toEqual([]);
  });

  test('documents no code twice', () => {
    expect(documented.filter((code, index) => documented.indexOf(code) !== index)).toEqual([]);
  });

  test('writes its codes out, so that they can be found', () => {
    expect(composed).toEqual([]);
  });
});

test('the errors page holds the tables of the READMEs; `pnpm run docs:errors` writes them', () => {
  const page = files.get(errorsPage)!;
  expect(page).toBe(errorsDoc(page, readmes));
});

test('no page names a code that is gone', () => {
  const all = new Set([...raised.values()].flatMap(({ codes }) => [...codes]));
  const areas = new Set([...all].map((code) => code.split('_', 1)[0]));
  const named = [...files]
    .filter(([path]) => path.endsWith('.md') && !path.startsWith('.') && !path.endsWith('CHANGELOG.md'))
    .flatMap(([path, text]) =>
      // What is called, such as OBJECT_AGG(…), is a function of SQL.
      [...text.matchAll(/\b([A-Z][A-Z0-9]*)(?:_[A-Z0-9]+)+\b(?!\()/g)].map((found) => ({ path, found })),
    );
  const gone = named.filter(({ found: [code, area] }) => areas.has(area!) && !all.has(code));
  expect(gone.map(({ path, found }) => `${path}: ${found[0]}`)).toEqual([]);
});

test('codes are found where they are raised, and where they only travel', () => {
  const source = `
    throw new MillraceError('GZIP_TRUNCATED', 'cut');
    throw new LimitError(tooMany ? 'GZIP_LIMIT' : 'GZIP_RATIO', '');
    throw toMillraceError(thrown, 'READ_FAILED');
    refuse({ code: known ?? 'ITEM_TOO_LARGE', message: '' });
    const byReason = { crc: 'GZIP_CORRUPT' };
    const reason = 'PAY_PER_REQUEST';
    throw new MillraceError(\`GZIP_\${what}\`, '');
    throw new RangeError(\`\${size} is too large\`);
  `;
  const { codes, composed } = raisedCodes(new Map([['a.ts', source]]));
  const expected = ['GZIP_CORRUPT', 'GZIP_LIMIT', 'GZIP_RATIO', 'GZIP_TRUNCATED', 'ITEM_TOO_LARGE', 'READ_FAILED'];
  expect([...codes].toSorted()).toEqual(expected);
  expect(composed).toEqual(['a.ts:8']);
});

test('a README without a table documents nothing', () => {
  const readme = '# a\n\n## Errors\n\n| code | when |\n| --- | --- |\n| `A_B` | now |\n\n## Limits\n\n| `C_D` | |\n';
  expect(documentedCodes(errorsSection(readme))).toEqual(['A_B']);
  expect(documentedCodes(errorsSection('# a\n\n## Errors\n'))).toEqual([]);
});
