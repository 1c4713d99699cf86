import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestResult } from './test-result.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** As many lines of an error are kept. */
const MOST_LINES = 15;

/** What Vitest's reporter `json` writes, as far as it is read here. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

export interface SuitesOptions {
  /** Packages, by the names of their folders. */
  readonly packages: readonly string[];
  /** Added to the environment of this process; undefined removes a variable. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the report and the log of Vitest go. */
  readonly folder: string;
  readonly workers: number;
}

/**
 * Runs the tests of packages, the extended ones included, and returns what each came to.
 *
 * @throws Error if Vitest failed without a report, or with one in which nothing failed
 */
export async function runSuites({ packages, env, folder, workers }: SuitesOptions): Promise<readonly TestResult[]> {
  const [report, log] = [join(folder, 'tests.json'), join(folder, 'tests.log')];
  rmSync(report, { force: true });
  const output = openSync(log, 'w');
  const child = spawn(
    process.execPath,
    [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      // By path: a package's tests are in more than one project.
      ...packages.map((name) => `packages/${name}/`),
      `--maxWorkers=${workers}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { cwd: ROOT, stdio: ['ignore', output, output], env: { ...process.env, ...env } },
  );
  closeSync(output);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('exit', kill);
  const results = read(report, log);
  if (results.length === 0) throw new Error(`Vitest ran no test. See ${log}.`);
  // An error outside all files, such as a rejection that nothing handled, is in the log alone.
  if (code !== 0 && results.every(({ status }) => status !== 'failed')) {
    throw new Error(`Vitest ended with ${code}, although no test failed. See ${log}.`);
  }
  return results;
}

function read(report: string, log: string): readonly TestResult[] {
  let text: string;
  try {
    text = readFileSync(report, 'utf8');
  } catch (cause) {
    throw new Error(`Vitest ended without a report. See ${log}.`, { cause });
  }
  const { testResults } = JSON.parse(text) as VitestReport;
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(ROOT, name).split(sep).join('/');
    const tests = assertionResults.map((test): TestResult => {
      if (test.status === 'passed') return { file, test: test.fullName, status: 'passed' };
      if (test.status !== 'failed') return { file, test: test.fullName, status: 'skipped' };
      return { file, test: test.fullName, status: 'failed', message: firstLines(test.failureMessages?.[0]) };
    });
    const failsOutside = status === 'failed' && !tests.some((test) => test.status === 'failed');
    return failsOutside
      ? [...tests, { file, test: '(the file)', status: 'failed', message: firstLines(message) }]
      : tests;
  });
}

/** An error without its stack, and without the end of a long comparison. */
function firstLines(message = ''): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  const stack = lines.findIndex((line) => /^\s+at /.test(line));
  return lines.slice(0, stack === -1 ? MOST_LINES : Math.min(stack, MOST_LINES)).join('\n');
}
