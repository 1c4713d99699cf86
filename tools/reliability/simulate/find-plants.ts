import type { Plant } from '@millrace/testkit/plant';
import type { RunSeedsOptions } from './run-seeds.ts';
import { startSeedPool } from './seed-pool.ts';

/** How a planted fault was found. */
export interface FoundPlant {
  readonly name: string;
  /** Seeds until one failed that passes without the fault; absent if none did. */
  readonly seed?: string;
  readonly seedsNeeded?: number;
  readonly rule?: string;
  /** Events of the shrunk history. */
  readonly events?: number;
}

/** Plants each fault alone and runs seeds until one fails; a seed that fails without the fault does not count. */
export async function findPlants(plants: readonly Plant[], options: RunSeedsOptions): Promise<readonly FoundPlant[]> {
  const sound = await startSeedPool(1);
  const found: FoundPlant[] = [];
  try {
    for (const plant of plants) {
      const one = await findPlant(plant, options, async (seed) => (await sound.run(seed)).violations.length === 0);
      console.log(JSON.stringify(one));
      found.push(one);
    }
  } finally {
    await sound.close();
  }
  return found;
}

async function findPlant(
  { name }: Plant,
  { seeds, from, workers }: RunSeedsOptions,
  passesWithout: (seed: string) => Promise<boolean>,
): Promise<FoundPlant> {
  const pool = await startSeedPool(workers, name);
  try {
    for (let index = 0; index < seeds; index += pool.size) {
      const batch = Array.from({ length: pool.size }, (_, lane) => String(from + index + lane));
      for (const { seed, violations } of await Promise.all(batch.map((seed) => pool.run(seed)))) {
        const rule = violations[0]?.rule;
        if (rule === undefined || !(await passesWithout(seed))) continue;
        const { events = [] } = await pool.run(seed, rule);
        return { name, seed, seedsNeeded: Number(seed) - from + 1, rule, events: events.length };
      }
    }
    return { name };
  } finally {
    await pool.close();
  }
}
