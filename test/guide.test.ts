import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { GUIDE, guideFiles, withoutGuideFiles } from '../tools/guide-files.ts';

const root = new URL('../', import.meta.url);
const template = fileURLToPath(new URL('examples/plugin-template/', root));
const guide = readFileSync(new URL(GUIDE, root), 'utf8');
const files = guideFiles(guide);

test('the guide has every file of the template, word for word', () => {
  const made = new Set(['node_modules', 'dist', 'package-lock.json']);
  const names = readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll('//', '/').slice(template.length))
    .filter((name) => !made.has(name.split('/', 1)[0]!));
  expect([...files.keys()].toSorted()).toEqual(names.toSorted());
  for (const [name, text] of files) {
    const own = readFileSync(template + name, 'utf8');
    // The formatter breaks lists in a package.json, and not in a page.
    if (name === 'package.json') expect(JSON.parse(text)).toEqual(JSON.parse(own));
    else expect(text, name).toBe(own);
  }
});

test('no plugin of the guide has more than 40 lines, and no format more than 60', () => {
  const plugins = [...files].filter(([name]) => name.startsWith('src/'));
  expect(plugins.length).toBe(6);
  const most = (name: string): number => (name === 'src/parse-logfmt.ts' ? 60 : 40);
  const isLong = ([name, text]: readonly [string, string]): boolean => text.trimEnd().split('\n').length > most(name);
  expect(plugins.filter(isLong).map(([name]) => name)).toEqual([]);
});

test('what the guide cites is in the contract', () => {
  const contract = readFileSync(new URL('docs/contract.md', root), 'utf8');
  const cited = [...guide.matchAll(/[( ](\d\.\d+)[,)]/g)].map(([, clause]) => clause!);
  expect(cited.length).toBeGreaterThan(10);
  expect(cited.filter((clause) => !contract.includes(`- **${clause}**`))).toEqual([]);
});

test('the plugins of the guide pass the kit, from source; `check:packed` runs them from the packages', () => {
  const args = [
    '--conditions=@millrace/source',
    '--disable-warning=ExperimentalWarning',
    '--test',
    'test/conformance.ts',
  ];
  const { NODE_OPTIONS: _, ...env } = process.env;
  const printed = execFileSync(process.execPath, args, { cwd: template, env, encoding: 'utf8' });
  expect(printed).toMatch(/^\S+ fail 0$/m);
  expect(Number(/^\S+ pass (\d+)$/m.exec(printed)?.[1])).toBeGreaterThan(80);
});

test('only blocks with a file’s name are taken for files, and only in the guide', () => {
  const page = 'a\n\n**`src/a.ts`**\n\n```ts\nlet a;\n```\n\n```ts\nlet b;\n```\n';
  expect([...guideFiles(page)]).toEqual([['src/a.ts', 'let a;\n']]);
  expect(withoutGuideFiles(GUIDE, page)).toBe('a\n\n\n\n\n\n\n\n```ts\nlet b;\n```\n');
  expect(withoutGuideFiles('docs/other.md', page)).toBe(page);
});
