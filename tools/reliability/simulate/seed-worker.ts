import { plantFault } from '@millrace/testkit/plant';
import { PLANTS } from './plants.ts';
import type { SeedOrder, SeedOutcome } from './seed-pool.ts';

// Errors are made by the hundred, and most are caught: their stacks cost more than what they report.
Error.stackTraceLimit = 2;

/** Runs seeds in a process of its own, with the fault planted that its argument names, or without. */
const plant = process.argv[2];
const planted = plant === undefined ? undefined : plantFault(PLANTS.find(({ name }) => name === plant)!);
// Loaded after the fault is in place.
const { judge, scenarioOf, simulate } = await import('@millrace/testkit/simulation');
const { landingDeployment } = await import('./landing-deployment.ts');
const { shrunk } = await import('./explain-seed.ts');
planted?.();

process.on('message', ({ seed, shrinkRule }: SeedOrder) => {
  void run(seed, shrinkRule).then((outcome) => process.send!(outcome));
});
process.send!('ready');

async function run(seed: string, shrinkRule: string | undefined): Promise<SeedOutcome> {
  const scenario = scenarioOf(landingDeployment, seed);
  if (shrinkRule !== undefined) {
    const { events } = await shrunk(scenario, shrinkRule);
    return { seed, digest: '', violations: [], events };
  }
  const history = await simulate(landingDeployment, scenario);
  const violations = await judge(landingDeployment, history);
  return { seed, digest: history.digest, violations: violations.slice(0, 5) };
}
