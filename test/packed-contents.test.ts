import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentProblems } from '../tools/packed/contents.ts';
import type { Manifest } from '../tools/workspace.ts';

const FIT = ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.cjs', 'dist/index.d.ts', 'dist/index.d.cts'];
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'millrace-contents-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

function problems(files: readonly string[], manifest: Manifest = {}, text = ''): readonly string[] {
  for (const file of files) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), text);
  }
  return contentProblems({ dir: home, packages: ['a'], homeOf: () => home, manifestOf: () => manifest }, 'a');
}

test('a package with what it needs is fit to publish', () => {
  expect(problems(FIT, { devDependencies: { a: 'catalog:' } })).toEqual([]);
});

test('what is missing is named', () => {
  expect(problems(FIT.slice(2))).toEqual(['LICENSE is missing', 'README.md is missing']);
});

test('sources, tests and configuration are refused', () => {
  const extra = ['src/index.ts', 'test/a.test.ts', 'tsup.config.ts'];
  expect(problems([...FIT, ...extra]).toSorted()).toEqual(extra.map((file) => `${file} should not be published`));
});

test("the workspace's own condition and versions are refused", () => {
  const exports = { '.': { '@millrace/source': './src/index.ts' } };
  expect(problems(FIT, { exports, peerDependencies: { a: 'workspace:^' } })).toEqual([
    'package.json still has the condition @millrace/source',
    'package.json still has a version that only the workspace knows',
  ]);
});

test('built code that mentions the condition is refused', () => {
  expect(problems(FIT, {}, '@millrace/source')).toEqual(['dist/index.js mentions the condition @millrace/source']);
});
