import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ItemOrigin, memoryLedger, type Sink } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';
import { memorySource } from './memory-source.ts';
import { seededRandom } from './seeded-random.ts';
import { checkSinkCases, onStand } from './sink-cases.ts';
import type { SinkCasesOptions } from './sink-cases/sink-bench.ts';
import { numberedFeed, numberedPlaces, numbersUpTo } from './sink-cases/numbered-feed.ts';
import type { SinkStand } from './sink-cases/sink-stand.ts';

export interface ChaosCasesOptions<T> extends SinkCasesOptions<T> {
  /** Seed of everything that is random. @default 1 */
  readonly seed?: number;
  /** How many runs, each a case of its own. @default 5 */
  readonly runs?: number;
}

const MAX_ATTEMPTS = 60;
const LEASE_MS = 200;

/**
 * Returns cases that run feeds into the sink while its writes randomly fail before or after they are stored, are slow, or are
 * stopped. After the feeds run to completion and are delivered twice, every record must be stored once. The same seed makes
 * the same plan.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * for (const { name, run } of chaosCases({ create, record, supports, seed: 1 })) it(name, run);
 */
export function chaosCases<T>(options: ChaosCasesOptions<T>): readonly ConformanceCase[] {
  const { seed = 1, runs = 5, ...sinkOptions } = options;
  checkOptions('chaosCases', { seed, runs }, { seed: check.integer(0), runs: check.integer(1, 1000) });
  checkSinkCases('chaosCases', sinkOptions);
  return Array.from({ length: runs }, (_, run) => ({
    name: `chaos ${run} of seed ${seed}: every record is there once, whatever failed`,
    clause: '5.4',
    run: () => onStand(sinkOptions, (stand) => chaosRun(stand, seededRandom(seed * 1000 + run))),
  }));
}

async function chaosRun<T>(stand: SinkStand<T>, random: () => number): Promise<void> {
  const below = (limit: number): number => Math.floor(random() * limit);
  const counts = Array.from({ length: 1 + below(3) }, () => 1 + below(250));
  const source = memorySource<number>({
    objects: Object.fromEntries(counts.map((count, name) => [name, numbersUpTo(count)])),
  });
  const chaos = numberedFeed(source, stand, disturbed(stand.sink, random));
  const ledger = memoryLedger();
  const refs = source.refs();
  const origins = new Map<string, ItemOrigin>();
  let complete = false;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS && !complete; attempt += 1) {
    const controller = new AbortController();
    const stopping = random() < 0.4 ? sleep(below(30)).then(() => controller.abort(new Error('stopped'))) : undefined;
    const report = await chaos.run([...refs, refs[below(refs.length)]!], {
      signal: controller.signal,
      graceMs: below(20),
      concurrency: 1 + below(3),
      checkpointRecords: 1 + below(100),
      leaseMs: LEASE_MS,
      onFailure: 'report',
      // Now and then somebody runs the feed without a ledger: everything is written again.
      ...(random() < 0.8 && { ledger }),
    });
    await stopping;
    for (const { origin } of report.reports) if (origin !== undefined) origins.set(origin.id, origin);
    complete = report.outcome === 'complete';
    if (report.items.held > 0) await sleep(LEASE_MS);
  }
  assert.ok(complete, `The feed was not complete after ${MAX_ATTEMPTS} attempts.`);
  await stand.holds(
    [...origins.values()].flatMap((item) => numberedPlaces(item, counts[Number(item.uri.slice('memory:'.length))]!)),
  );
}

/** The sink, whose writes now and then fail before they are made, or lose their answer, or come late. */
function disturbed<T>(sink: Sink<T>, random: () => number): Sink<T> {
  return {
    ...sink,
    write: async (entries, context) => {
      const chance = random();
      if (chance < 0.1) throw new Error('chaos: the write never came to the sink');
      if (random() < 0.2) await sleep(Math.floor(random() * 10));
      const refusals = await sink.write(entries, context);
      if (chance < 0.2) throw new Error('chaos: the answer was lost');
      return refusals;
    },
  };
}
