import { setTimeout as sleep } from 'node:timers/promises';
import type { Feed, ItemReport, RunOptions } from '@millrace/core';
import type { S3Ref } from '@millrace/s3';
import type { ChaosObject, WrittenAt } from './chaos-objects.ts';
import type { Random } from './random.ts';

export const LEASE_MS = 1000;

/** One reading of one object. */
export interface ChaosAttempt {
  readonly object: ChaosObject;
  /** Number of the run, from 0. */
  readonly run: number;
  readonly report: ItemReport;
}

const MAX_RUNS = 30;

/**
 * Runs the feed as Lambda delivers events: again and again, until every object is done. A further run has all objects, as if
 * S3 had invoked the function, or only those that are not done, as if a queue had.
 */
export async function deliver(
  feed: Feed<S3Ref>,
  objects: readonly ChaosObject[],
  options: RunOptions,
  draw: Random,
): Promise<readonly ChaosAttempt[]> {
  const attempts: ChaosAttempt[] = [];
  const repeatsAll = objects.length > 1 && draw.chance(0.5);
  let open = objects;
  for (let run = 0; run < MAX_RUNS && open.length > 0; run += 1) {
    const carried = repeatsAll ? objects : open;
    const { reports } = await feed.run(
      carried.map(({ ref }) => ref),
      { ...options, onFailure: 'report' },
    );
    const latest = carried.flatMap((object) => {
      const report = reports.find(({ ref }) => ref === object.landed.uri);
      return report === undefined ? [] : [{ object, run, report }];
    });
    attempts.push(...latest);
    open = objects.filter((object) => !attempts.some((attempt) => attempt.object === object && isDone(attempt)));
    // If the answer to giving the claim back was lost, the lease has to run out first.
    if (latest.some(({ report }) => report.outcome === 'held')) await sleep(LEASE_MS / 3);
  }
  return attempts;
}

function isDone({ report: { outcome } }: ChaosAttempt): boolean {
  return outcome === 'complete' || outcome === 'duplicate';
}

/**
 * Says which attempt wrote a record for the last time: the last one that read the record and did not pass over it. If that one
 * failed before it wrote the record, the ledger did not count the record as settled, and there is a later one.
 */
export function writtenAt(attempts: readonly ChaosAttempt[]): WrittenAt {
  return (object, ordinal) =>
    attempts.findLastIndex(
      ({ object: other, report: { read, skipped } }) => other === object && read > skipped && skipped <= ordinal,
    );
}
