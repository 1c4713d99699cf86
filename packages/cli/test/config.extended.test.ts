import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { cli } from './cli-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-config-'));
const project = pathToFileURL(`${folder}/`);

/** Configurations with one mistake each. */
const MISTAKES: Readonly<Record<string, string>> = {
  'throws.config.ts': `throw new Error('no database');\n`,
  'enum.config.ts': 'enum Color {\n  red,\n}\nexport default Color.red;\n',
  'missing.config.ts': `export { default } from './does-not-exist.ts';\n`,
  'no-default.config.ts': 'export const feeds: readonly string[] = [];\n',
  'unknown-member.config.js': 'export default { feeds: [{}], legder: {} };\n',
  'no-feed.config.mjs': `export default { feeds: [{ name: 'prices' }] };\n`,
};

beforeAll(() => {
  for (const [name, text] of Object.entries(MISTAKES)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['throws.config.ts', 'CLI_CONFIG_FAILED', 'could not be loaded: no database. Correct it;'],
  ['enum.config.ts', 'CLI_CONFIG_FAILED', 'avoid enums, namespaces and parameter properties'],
  ['missing.config.ts', 'CLI_CONFIG_FAILED', 'a relative import needs its extension, such as ./feeds.ts'],
  ['no-default.config.ts', 'CLI_CONFIG_INVALID', 'it has no default export. Write `export default defineConfig('],
  ['unknown-member.config.js', 'CLI_CONFIG_INVALID', 'defineConfig has no option "legder"; it knows feeds, ledger'],
  ['no-feed.config.mjs', 'CLI_CONFIG_INVALID', 'feeds[0] is not a feed. End it with `.to(sink)`.'],
  ['nowhere.config.ts', 'CLI_CONFIG_MISSING', 'There is no file'],
])('%s: %s', async (name, code, text) => {
  const { code: exitCode, stdout, stderr } = await cli(['run', '--config', name], { project });
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(`${code} `);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(text);
  expect(stderr).not.toMatch(/^ {4}at /m);
});

// Processes take long to start on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

it('shows where a configuration throws if asked', async () => {
  const { stderr } = await cli(['run', '--config', 'throws.config.ts', '--verbose'], { project });
  expect(stderr).toMatch(/caused by no database\n.*throws\.config\.ts:1/);
});

it('says how to begin if there is no configuration at all', async () => {
  const { code, stderr } = await cli(['check'], { project });
  expect(stderr).toContain('CLI_CONFIG_MISSING');
  expect(stderr).toContain('Create one that exports defineConfig({ feeds })');
  expect(code).toBe(2);
});
