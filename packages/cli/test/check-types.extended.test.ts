import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, vi } from 'vitest';
import { checkTypes } from '../src/check/check-types.ts';

// Processes take long to start on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const { signal } = new AbortController();
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A project with one file, in which the workspace's TypeScript is found, or outside of it. */
function project(text: string, where: 'inside' | 'outside', files: readonly string[] = ['tsconfig.json']): string {
  const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(where === 'inside' ? cache : tmpdir(), 'millrace-types-'));
  folders.push(folder);
  const options = { strict: true, noEmit: true, types: [], module: 'nodenext', target: 'es2023' };
  const texts: Readonly<Record<string, string>> = {
    'tsconfig.json': JSON.stringify({ compilerOptions: options, files: ['millrace.config.ts'] }),
  };
  for (const name of files) writeFileSync(join(folder, name), texts[name]!);
  const path = join(folder, 'millrace.config.ts');
  writeFileSync(path, text);
  return path;
}

it('is content with a project that compiles', async () => {
  const findings = await checkTypes(project('export const price: number = 3;\n', 'inside'), signal);
  expect(findings).toEqual([
    { level: 'ok', subject: 'types', message: expect.stringMatching(/tsconfig\.json compiles\.$/) },
  ]);
});

it('shows the first errors of one that does not', async () => {
  const wrong = Array.from({ length: 7 }, (_, at) => `export const price${at}: number = 'three';\n`).join('');
  const [finding] = await checkTypes(project(wrong, 'inside'), signal);
  expect(finding).toMatchObject({ level: 'error', code: 'CLI_TYPES_WRONG' });
  expect(finding?.message.match(/error TS2322/g)).toHaveLength(5);
  expect(finding?.message).toContain('… and 2 more');
});

it('says what is missing if it cannot compile', async () => {
  const [noCompiler] = await checkTypes(project('', 'outside'), signal);
  expect(noCompiler).toMatchObject({ level: 'warning', code: 'CLI_TYPES_UNCHECKED' });
  expect(noCompiler?.message).toContain('TypeScript is not installed');
  const [noProject] = await checkTypes(project('', 'outside', []), signal);
  expect(noProject?.message).toContain('there is no tsconfig.json');
});

it('has nothing to compile in JavaScript', async () => {
  expect(await checkTypes('/somewhere/millrace.config.js', signal)).toEqual([]);
});
