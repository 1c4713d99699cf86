import { chanceOf } from './chance.ts';
import type { Deployment } from './deployment.ts';
import type { History } from './history.ts';
import { installVirtualGlobals } from './time/virtual-globals.ts';
import { World } from './world/world.ts';
import type { Scenario } from './world-event.ts';

export interface SimulateOptions {
  /** Keeps the trace for reading. @default false */
  readonly keepTrace?: boolean;
}

/**
 * Runs one scenario against a deployment, in virtual time, and returns what happened. The same scenario gives the same
 * history on every machine.
 *
 * One simulation at a time in a process: it replaces the process's clocks and timers meanwhile.
 */
export async function simulate(
  deployment: Deployment,
  scenario: Scenario,
  { keepTrace = false }: SimulateOptions = {},
): Promise<History> {
  await prepared(deployment);
  const world = new World(deployment, scenario, keepTrace);
  const uncaught = (thrown: unknown): void => world.uncaught(thrown);
  const restore = installVirtualGlobals(world.scheduler);
  process.on('unhandledRejection', uncaught);
  process.on('uncaughtException', uncaught);
  try {
    return await world.play();
  } finally {
    restore();
    process.off('unhandledRejection', uncaught);
    process.off('uncaughtException', uncaught);
  }
}

const preparing = new WeakMap<Deployment, Promise<void>>();

async function prepared(deployment: Deployment): Promise<void> {
  const known = preparing.get(deployment) ?? deployment.prepare?.() ?? Promise.resolve();
  preparing.set(deployment, known);
  await known;
}

/** Draws the scenario of a seed. */
export function scenarioOf(deployment: Deployment, seed: string): Scenario {
  return deployment.scenario(seed, chanceOf(`${seed}/scenario`));
}
