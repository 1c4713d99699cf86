/**
 * Runs one of the reliability programs: `pnpm run reliability simulate --seeds 10000`. Each ends with one JSON object as its
 * last line, and with an exit code other than 0 if a promise was broken.
 */
const PROGRAMS: Readonly<Record<string, () => Promise<unknown>>> = {
  mutants: () => import('./reliability/mutants.ts'),
  simulate: () => import('./reliability/simulate.ts'),
  stop: () => import('./reliability/stop-runs.ts'),
};

const [name = ''] = process.argv.splice(2, 1);
const program = PROGRAMS[name];
if (program === undefined) {
  console.error(`Usage: pnpm run reliability PROGRAM [options], where PROGRAM is ${Object.keys(PROGRAMS).join(', ')}.`);
  process.exit(2);
}
await program();
