import { createHash } from 'node:crypto';
import { type SeedOutcome, startSeedPool } from './seed-pool.ts';

export interface RunSeedsOptions {
  readonly seeds: number;
  /** The first seed. */
  readonly from: number;
  readonly workers: number;
}

/** What a series of seeds showed. */
export interface SeedsReport {
  readonly seeds: number;
  readonly from: number;
  readonly failed: number;
  /** Failing seeds by the first rule that each broke. */
  readonly byRule: Readonly<Record<string, readonly string[]>>;
  /** Of all traces, in the order of the seeds: the same on every machine. */
  readonly digest: string;
  readonly node: string;
  readonly seconds: number;
}

/** Failing seeds that are named for each rule. */
const NAMED = 50;

/** Runs a series of seeds and prints those that fail. */
export async function runSeeds({ seeds, from, workers }: RunSeedsOptions): Promise<SeedsReport> {
  const started = Date.now();
  const pool = await startSeedPool(workers);
  const outcomes: SeedOutcome[] = [];
  try {
    const numbers = Array.from({ length: seeds }, (_, index) => index).values();
    const lane = async (): Promise<void> => {
      for (const index of numbers) {
        const outcome = await pool.run(String(from + index));
        outcomes[index] = outcome;
        const [first] = outcome.violations;
        if (first !== undefined) console.log(`seed ${outcome.seed}: ${first.rule}: ${first.text.slice(0, 300)}`);
      }
    };
    await Promise.all(Array.from({ length: pool.size }, lane));
  } finally {
    await pool.close();
  }
  const byRule: Record<string, string[]> = {};
  for (const { seed, violations } of outcomes) {
    const rule = violations[0]?.rule;
    if (rule !== undefined) (byRule[rule] ??= []).push(seed);
  }
  const digest = createHash('sha256');
  for (const outcome of outcomes) digest.update(outcome.digest);
  return {
    seeds,
    from,
    failed: Object.values(byRule).flat().length,
    byRule: Object.fromEntries(Object.entries(byRule).map(([rule, failing]) => [rule, failing.slice(0, NAMED)])),
    digest: digest.digest('hex'),
    node: process.version,
    seconds: Math.round((Date.now() - started) / 1000),
  };
}
