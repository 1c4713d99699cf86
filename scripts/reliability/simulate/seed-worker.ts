import { parentPort, workerData } from 'node:worker_threads';
import { plantFault } from '@millrace/testkit/plant';
import { PLANTS } from './plants.ts';
import type { SeedOrder, SeedOutcome, SeedWorkerData } from './seed-pool.ts';

// Errors are made by the hundred, and most are caught: their stacks cost more than what they report.
Error.stackTraceLimit = 2;

/** Runs seeds in a thread of its own, with a fault planted or without. */
const { plant } = workerData as SeedWorkerData;
const planted = plant === undefined ? undefined : plantFault(PLANTS.find(({ name }) => name === plant)!);
// Loaded after the fault is in place.
const { judge, scenarioOf, simulate } = await import('@millrace/testkit/simulation');
const { landingDeployment } = await import('./landing-deployment.ts');
const { shrunk } = await import('./explain-seed.ts');
planted?.();

const port = parentPort!;
port.on('message', ({ seed, shrinkRule }: SeedOrder) => {
  void run(seed, shrinkRule).then((outcome) => port.postMessage(outcome));
});
port.postMessage('ready');

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
