import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { entryPoints, exportedNames, exportList } from './architecture/entry-points.ts';
import { parse } from './architecture/syntax.ts';
import { fixture, readWorkspace } from '../tools/workspace.ts';

const root = new URL('../', import.meta.url);
const { packages } = readWorkspace(root);
const MOST_VALUES_OF_CORE = 25;

describe('the exports of each package', () => {
  // After a review of the change: pnpm exec vitest run --project repository test/exports.test.ts -u
  it.each(packages.map((one) => [one.id, one] as const))('%s: are those of exports.txt', async (_id, one) => {
    await expect(exportList(one)).toMatchFileSnapshot(fileURLToPath(new URL(`./${one.dir}/exports.txt`, root)));
  });

  it('core: each name is exported by one of the three entry points', () => {
    const core = packages.find(({ id }) => id === 'core')!;
    const names = [...entryPoints(core).values()].map((path) =>
      exportedNames(parse(path, core.sources.get(path)!)).map(({ name }) => name),
    );
    expect(names).toHaveLength(3);
    const all = names.flat();
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });

  it(`core: at most ${MOST_VALUES_OF_CORE} values for people who compose feeds`, () => {
    const core = packages.find(({ id }) => id === 'core')!;
    const path = entryPoints(core).get('@millrace/core')!;
    const values = exportedNames(parse(path, core.sources.get(path)!)).filter(({ typeOnly }) => !typeOnly);
    expect(values.length).toBeLessThanOrEqual(MOST_VALUES_OF_CORE);
    expect(values.map(({ name }) => name)).toContain('feed');
  });
});

it('a list names every entry point, values before types', () => {
  const { packages: small } = fixture({
    'packages/a/package.json': {
      exports: {
        '.': { '@millrace/source': './src/index.ts' },
        './b': { '@millrace/source': './src/b.ts' },
        './package.json': './package.json',
      },
    },
    'packages/a/src/index.ts': `export { type Z, y, x as w } from './y.ts';\nexport type { C } from './c.ts';`,
    'packages/a/src/b.ts': 'export interface I {}\nexport const v = 1;\nexport function f(): void {}',
  });
  expect(exportList(small[0]!)).toBe(
    '@millrace/a\n  w\n  y\n  type C\n  type Z\n\n@millrace/a/b\n  f\n  v\n  type I\n',
  );
});
