import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Finding, type InitResult, initProject, inspect } from '@millrace/inspect';
import { landProjects } from './inspect/land-projects.ts';
import { readSamples, type Sample } from './inspect/samples.ts';
import { runProgram } from './packed/run-program.ts';

/**
 * Proves what `initProject` writes: `pnpm run inspect-init`. For each file of `inspect/truth.tsv`, and for those made in one of the
 * encodings, it writes the project, type-checks all of them in one program, runs their tests, and lands each sample on the local
 * stack. Of tables of text with more than 64 KiB, the first lines are the sample.
 *
 * `--only TEXT` takes the files whose name holds it, `--made TEXT` other encodings of the made ones (`windows-1252`), `--keep` leaves the
 * projects. The last line is one JSON object. The exit code is 1 if a project fails in any of this.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    only: { type: 'string', default: '' },
    made: { type: 'string', default: '/windows-1252/' },
    keep: { type: 'boolean', default: false },
  },
});
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const CUT_BYTES = 64 * 1024;

interface Project extends InitResult {
  readonly sample: Sample;
  readonly folder: string;
  readonly bytes: Uint8Array;
}

const home = mkdtempSync(join(tmpdir(), 'millrace-init-'));
const samples = (await readSamples(values.only)).filter(
  ({ group, truth }) => !group.startsWith('made') || truth.file.includes(values.made),
);
const projects: Project[] = [];
const unwritten: string[] = [];
for (const [index, sample] of samples.entries()) await write(sample, join(home, `p${index}`));
linkPackages();
const typeErrors = await typecheck();
const failedTests = await runTests();
const landing = await landProjects(projects);
if (!values.keep) rmSync(home, { recursive: true });
const passed = unwritten.length + typeErrors.length + failedTests.length + landing.failed.length === 0;
for (const line of [...unwritten, ...typeErrors, ...failedTests, ...landing.failed]) console.log(line);
console.log(
  JSON.stringify({
    passed,
    files: samples.length,
    written: projects.length,
    typeErrors: typeErrors.length,
    failedTests: failedTests.length,
    landed: landing.landed,
    rows: landing.rows,
    tooManyRecords: landing.tooMany,
    notLanded: landing.failed.length,
  }),
);
process.exitCode = passed ? 0 : 1;

async function write(sample: Sample, folder: string): Promise<void> {
  try {
    const finding = await inspect(sample.input, { name: sample.name });
    const bytes = cut(typeof sample.input === 'string' ? readFileSync(sample.input) : sample.input, finding);
    const result = await initProject(finding, { sample: bytes, deploy: 'sam' });
    for (const [path, content] of result.files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    projects.push({ ...result, sample, folder, bytes });
  } catch (error) {
    unwritten.push(`${sample.truth.file}: not written: ${String(error)}`);
  }
}

/** The first lines of a table of text. */
function cut(bytes: Uint8Array, { format, compression }: Finding): Uint8Array {
  if (!['csv', 'ndjson', 'lines', 'fixed-width'].includes(format.value)) return bytes;
  const plain = compression.value === 'gzip' ? gunzipSync(bytes) : bytes;
  if (!['gzip', 'none'].includes(compression.value) || plain.length <= CUT_BYTES) return bytes;
  const short = plain.subarray(0, plain.lastIndexOf(0x0a, CUT_BYTES) + 1);
  return compression.value === 'gzip' ? gzipSync(short) : short;
}

/** What an installation would bring, from the workspace. The command is declared, as it may not be there yet. */
function linkPackages(): void {
  const modules = join(home, 'node_modules');
  mkdirSync(join(modules, '@types'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(modules, '@types/node'));
  symlinkSync(join(ROOT, 'packages/core/node_modules/zod'), join(modules, 'zod'));
  mkdirSync(join(modules, '@millrace'));
  const used = [
    'core',
    'dynamodb',
    'encoding',
    'formats',
    'gzip',
    'lambda-adapter',
    'parquet',
    's3',
    'testkit',
    'xlsx',
    'xml',
  ];
  for (const name of used) symlinkSync(join(ROOT, 'packages', name), join(modules, '@millrace', name));
  const command = join(modules, '@millrace/cli');
  mkdirSync(command);
  writeFileSync(
    join(command, 'package.json'),
    JSON.stringify({ name: '@millrace/cli', type: 'module', exports: { types: './index.d.ts' } }),
  );
  writeFileSync(
    join(command, 'index.d.ts'),
    `import type { Feed, Ledger, Quarantine } from '@millrace/core';
export declare function defineConfig(config: {
  readonly feeds: readonly Feed<never>[];
  readonly ledger?: Ledger;
  readonly quarantine?: Quarantine;
  readonly sources?: Readonly<Record<string, object>>;
}): unknown;
`,
  );
}

/** Checks all projects in one program, by the options that they have. */
async function typecheck(): Promise<readonly string[]> {
  const [first] = projects;
  if (first === undefined) return [];
  const config = JSON.parse(first.files.get('tsconfig.json') as string) as { compilerOptions: object };
  const compilerOptions = {
    ...config.compilerOptions,
    customConditions: ['@millrace/source'],
    exactOptionalPropertyTypes: true,
    typeRoots: ['node_modules/@types'],
  };
  writeFileSync(
    join(home, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['p*/src', 'p*/test', 'p*/millrace.config.ts'] }),
  );
  return runProgram(join(ROOT, 'node_modules/.bin/tsc'), ['-p', home, '--pretty', 'false']).then(
    () => [],
    (error: unknown) =>
      String(error)
        .split('\n')
        .filter((line) => line.includes('error TS'))
        .map(named),
  );
}

async function runTests(): Promise<readonly string[]> {
  const files = projects.map(({ folder }) => join(folder, 'test/feed.test.ts'));
  const args = [
    '--no-warnings',
    '--conditions=@millrace/source',
    '--test',
    '--test-isolation=none',
    '--test-reporter=tap',
    ...files,
  ];
  return runProgram(process.execPath, args).then(
    () => [],
    (error: unknown) =>
      String(error)
        .split('\n')
        .filter((line) => line.startsWith('not ok') || /^ {2}location:/.test(line))
        .map(named),
  );
}

/** A line with the file that a project was written from. */
function named(line: string): string {
  const number = /\bp(\d+)\//.exec(line)?.[1];
  return number === undefined ? line : `${samples[Number(number)]!.truth.file}: ${line}`;
}
