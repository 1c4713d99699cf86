import { parseArgs } from 'node:util';
import type { Backend } from './backends/backend.ts';
import { dynamodbLocal } from './backends/dynamodb-local.ts';
import { knownFailures } from './backends/known-failures.ts';
import { moto } from './backends/moto.ts';
import { type BackendRun, runBackend } from './backends/run-backend.ts';

/**
 * Runs the tests that talk to S3 or DynamoDB against other servers than those of `@millrace/local`: `pnpm run backends`.
 * Installs DynamoDB Local from Maven Central and moto from PyPI below `node_modules/.cache`, starts and stops them.
 *
 * `--only moto` runs one of them, `--workers N` sets how many files run side by side (2), and `--require` makes a backend
 * that cannot run here a failure. The last line is one JSON object. The exit code is 1 for a failure that
 * `backends/known-failures.ts` does not explain, for an entry there that names no test, and for a bucket or a table that a
 * test left.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    only: { type: 'string', multiple: true, default: [] },
    workers: { type: 'string', default: '2' },
    require: { type: 'boolean', default: false },
  },
});
const all: readonly Backend[] = [dynamodbLocal, moto];
const names = values.only.flatMap((only) => only.split(','));
const unknownName = names.find((name) => all.every((backend) => backend.name !== name));
if (unknownName !== undefined) {
  throw new TypeError(`--only ${unknownName} is not a backend. There are ${all.map(({ name }) => name).join(', ')}.`);
}
const workers = Number(values.workers);
if (!Number.isSafeInteger(workers) || workers < 1) throw new TypeError('--workers takes a whole number from 1.');
// Exit handlers end the servers; a signal alone would not run them.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const summaries: object[] = [];
for (const backend of all.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const started = performance.now();
  const { name, version } = backend;
  const reason = await backend.missing();
  if (reason !== undefined) {
    console.log(`${name}: skipped. ${reason}`);
    if (values.require) process.exitCode = 1;
    summaries.push({ name, version, skipped: reason });
    continue;
  }
  try {
    const run = await runBackend(backend, knownFailures, workers);
    print(name, run);
    if (run.unexplained.length > 0 || run.missing.length > 0 || run.left.length > 0) process.exitCode = 1;
    const seconds = Math.round((performance.now() - started) / 1000);
    summaries.push({ name, version, ...counts(run), seconds });
  } catch (error) {
    process.exitCode = 1;
    console.log(`${name}: ${(error as Error).message}`);
    summaries.push({ name, version, error: (error as Error).message });
  }
}
console.log(JSON.stringify({ node: process.version, ok: process.exitCode !== 1, backends: summaries }));

function counts({ packages, passed, explained, unexplained, fixed, missing, left }: BackendRun): object {
  return {
    packages,
    passed,
    explained: explained.flatMap(({ results }) => results).length,
    unexplained: unexplained.length,
    fixed: fixed.length,
    missing: missing.length,
    left: left.length,
  };
}

function print(name: string, { passed, explained, unexplained, fixed, missing, left }: BackendRun): void {
  for (const { failure, results } of explained) {
    const { request, response, expected, source, file } = failure;
    console.log(`\n${name}'s own, ${results.length} in ${file}:`);
    console.log(`  request   ${request}\n  response  ${response}\n  AWS       ${expected}\n            ${source}`);
    for (const { test } of results) console.log(`  - ${test}`);
  }
  list(
    'Failures that no entry of tools/backends/known-failures.ts explains',
    unexplained.map(({ file, test, message = '' }) => `${file}: ${test}\n    ${message.replaceAll('\n', '\n    ')}`),
  );
  list('Known failures that pass now; take them off the list', fixed);
  list('Known failures that name no test; correct them', missing);
  list('Left by tests, which must remove what they make', left);
  const own = explained.flatMap(({ results }) => results).length;
  console.log(`\n${name}: ${passed} passed, ${own} failed as known, ${unexplained.length} failed otherwise\n`);
}

function list(title: string, lines: readonly string[]): void {
  if (lines.length > 0) console.log(`\n${title}:\n- ${lines.join('\n- ')}`);
}
