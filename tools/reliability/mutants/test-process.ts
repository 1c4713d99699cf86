/**
 * The process that runs tests against mutants, from inside the copied checkout. It keeps Vitest with all transformed files
 * between mutants: a start would take longer than most tests. `process.argv` names the test files.
 */
import { basename, resolve } from 'node:path';
import { BaseSequencer, createVitest, type TestModule, type TestRunResult, type TestSpecification } from 'vitest/node';
import { PROCESSOR_TIME, type Ready, type Trial, type TrialResult, type Verdict } from './verdict.ts';

/** Less than tests and hooks have elsewhere: one that waits for what a mutant never does waits until then. None takes half of it. */
const TIMEOUT_MS = 10_000;

const files = process.argv.slice(2).map((file) => resolve(file));
const projects = [...new Set(process.argv.slice(2).map((file) => file.split('/')[1]!))];
/** How often each test file has found a mutant, of any source and of each. */
const kills = new Map<string, number>();
/** The source that is changed now. */
let mutated = '';

/** Runs the tests first that are most likely to find the mutant: most of what a mutant costs are tests that do not. */
class BestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const orders = [
      ({ moduleId }: TestSpecification) => -(kills.get(killsKey(moduleId)) ?? 0),
      ({ moduleId }: TestSpecification) => -sharedWords(moduleId, mutated),
      ({ moduleId }: TestSpecification) => -(kills.get(moduleId) ?? 0),
      ({ moduleId }: TestSpecification) => files.indexOf(moduleId),
    ];
    return specifications.toSorted((left, right) =>
      orders.reduce((order, rank) => order || rank(left) - rank(right), 0),
    );
  }
}

function killsKey(moduleId: string): string {
  return `${mutated} ${moduleId}`;
}

/** How many words the names of two files have in common: `lean-sender.test.ts` is about `lean-sender.ts`. */
function sharedWords(test: string, source: string): number {
  const wordsOf = (file: string): readonly string[] => basename(file).split('.', 1)[0]!.split('-');
  const wanted = wordsOf(source);
  return wordsOf(test).filter((word) => wanted.includes(word)).length;
}

const vitest = await createVitest('test', {
  project: projects,
  watch: false,
  pool: 'threads',
  // The sources are loaded once for each mutant instead of once for each test file.
  isolate: false,
  maxWorkers: 1,
  fileParallelism: false,
  bail: 1,
  testTimeout: TIMEOUT_MS,
  hookTimeout: TIMEOUT_MS,
  reporters: [{}],
  sequence: { sequencer: BestFirst },
});
await vitest.standalone();
const specifications = (await vitest.globTestSpecifications()).filter(({ moduleId }) => files.includes(moduleId));

async function judge({ changed, cpuMs }: Trial): Promise<TrialResult> {
  const started = process.cpuUsage();
  const used = (): number => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  };
  const watch = setInterval(() => {
    if (used() > cpuMs) send({ verdict: { outcome: 'ended', by: PROCESSOR_TIME }, cpuMs: used() }, true);
  }, 500);
  mutated = changed.at(-1) ?? '';
  for (const file of changed) vitest.invalidateFile(file);
  const verdict = verdictOf(await vitest.runTestSpecifications([...specifications]));
  clearInterval(watch);
  return { verdict, cpuMs: used() };
}

function verdictOf({ testModules, unhandledErrors }: TestRunResult): Verdict {
  for (const module of testModules) {
    const by = failureOf(module);
    if (by === undefined) continue;
    for (const key of [module.moduleId, killsKey(module.moduleId)]) kills.set(key, (kills.get(key) ?? 0) + 1);
    return { outcome: 'killed', by: `${module.relativeModuleId}: ${by}` };
  }
  const [error] = unhandledErrors;
  return error === undefined ? { outcome: 'survived' } : { outcome: 'ended', by: firstLine(error) };
}

function failureOf(module: TestModule): string | undefined {
  for (const test of module.children.allTests('failed')) {
    return `${test.fullName}: ${firstLine(test.result().errors?.[0])}`;
  }
  return module.ok() ? undefined : firstLine(module.errors()[0] ?? 'a hook failed');
}

function firstLine(error: unknown): string {
  const { message = String(error) } = (error ?? {}) as { readonly message?: string };
  return message.split('\n', 1)[0]!.slice(0, 200);
}

function send(message: Ready | TrialResult, isLast = false): void {
  process.send!(message, () => {
    // Its worker may never come to its end.
    if (isLast) process.kill(process.pid, 'SIGKILL');
  });
}

process.on('message', (trial: Trial) => void judge(trial).then(send));
process.on('disconnect', () => process.exit());
send({ ready: specifications.length });
