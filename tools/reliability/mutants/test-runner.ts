import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROCESSOR_TIME, type Ready, type Trial, type TrialResult, type Verdict } from './verdict.ts';

/** Processor time beyond twice that of the sources as they are, after which a mutant is taken to run for ever. */
const MORE_CPU_MS = 5000;
/** Several tests may wait for their own timeout, one after the other. */
const MOST_WALL_MS = 600_000;

/** Runs tests against one mutant at a time. */
export interface TestRunner {
  /** @throws Error if the tests do not pass on the sources as they are */
  readonly start: () => Promise<void>;
  readonly judge: (file: string, content: string) => Promise<Verdict>;
  readonly stop: () => void;
}

/**
 * @param root the copied checkout
 * @param tests the test files, from its root
 */
export function createTestRunner(root: string, tests: readonly string[]): TestRunner {
  let child: ChildProcess | undefined;
  let usualMs = 60_000;
  let changed: readonly string[] = [];

  const stop = (): void => {
    child?.kill('SIGKILL');
    child = undefined;
  };

  const run = async (file?: string): Promise<TrialResult> => {
    child ??= await begin(root, tests);
    const trial: Trial = {
      changed: file === undefined ? changed : [...changed, file],
      cpuMs: usualMs * 2 + MORE_CPU_MS,
    };
    changed = file === undefined ? [] : [file];
    const result = await runIn(child, trial);
    // What such a mutant left running must not meet the next one.
    if (result.verdict.outcome === 'ended') stop();
    return result;
  };

  const judge = async (file: string): Promise<Verdict> => {
    const isFresh = child === undefined;
    const { verdict } = await run(file);
    // An error outside any test may come from the mutant before.
    const isDoubtful = verdict.outcome === 'ended' && verdict.by !== PROCESSOR_TIME && !isFresh;
    return isDoubtful ? (await run(file)).verdict : verdict;
  };

  return {
    start: async () => {
      const { verdict, cpuMs } = await run();
      if (verdict.outcome !== 'survived') throw new Error(`The tests fail without any mutant: ${verdict.by}`);
      usualMs = cpuMs;
    },
    judge: async (name, content) => {
      const file = join(root, name);
      const original = readFileSync(file, 'utf8');
      writeFileSync(file, content);
      try {
        return await judge(file);
      } finally {
        writeFileSync(file, original);
      }
    },
    stop,
  };
}

async function begin(root: string, tests: readonly string[]): Promise<ChildProcess> {
  const child = fork(join(root, 'tools/reliability/mutants/test-process.ts'), [...tests], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--max-old-space-size=1024'],
  });
  const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [Ready | number | null];
  if (typeof message !== 'object' || message === null) throw new Error('The process with the tests ended early.');
  if (message.ready !== tests.length) throw new Error(`Vitest knows ${message.ready} of ${tests.length} test files.`);
  return child;
}

async function runIn(child: ChildProcess, trial: Trial): Promise<TrialResult> {
  const over = new AbortController();
  const timer = setTimeout(() => child.kill('SIGKILL'), MOST_WALL_MS);
  const reported = once(child, 'message', over).then(([result]) => result as TrialResult);
  const exited = once(child, 'exit', over).then((): TrialResult => ({
    verdict: { outcome: 'ended', by: 'the process ended' },
    cpuMs: 0,
  }));
  try {
    child.send(trial);
    return await Promise.race([reported, exited]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
