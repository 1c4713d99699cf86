import { UsageError } from './reliability/usage-error.ts';

/**
 * Runs one of the reliability programs: `pnpm run reliability simulate --seeds 10000`. Each ends with one JSON object as its
 * last line, and with an exit code other than 0 if a promise was broken.
 */
const PROGRAMS: Readonly<Record<string, () => Promise<unknown>>> = {
  simulate: () => import('./reliability/simulate.ts'),
  chaos: () => import('./reliability/chaos.ts'),
  kill: () => import('./reliability/kill-runs.ts'),
  shuffle: () => import('./reliability/shuffle-runs.ts'),
  deadline: () => import('./reliability/deadline-runs.ts'),
  stop: () => import('./reliability/stop-runs.ts'),
  mutants: () => import('./reliability/mutants.ts'),
  soak: () => import('./reliability/soak.ts'),
  memory: () => import('./reliability/memory.ts'),
};

const [name = ''] = process.argv.splice(2, 1);
try {
  const program = PROGRAMS[name];
  const programs = Object.keys(PROGRAMS).join(', ');
  if (program === undefined)
    throw new UsageError(`Usage: pnpm run reliability PROGRAM [options], where PROGRAM is ${programs}.`);
  await program();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
