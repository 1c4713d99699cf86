import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEntry } from '@millrace/core';
import { dynamodbLedger } from '@millrace/dynamodb';
import type { S3Ref } from '@millrace/s3';
import { type FaultCall, startFaultProxy } from '@millrace/testkit';
import { type Landing, suffixOf } from './arguments.ts';
import { checkTable, type Differences } from './check-table.ts';
import { itemId } from './expected-key.ts';
import type { KillChildTask } from './kill-child.ts';
import { startChild } from './killed-child.ts';
import { landed, type LandedObject } from './landed.ts';
import { naturalKeyOf } from './landing-feed.ts';
import { largeObject, largeRecord, recordsOf } from './large-object.ts';
import { type Random, random } from './random.ts';
import type { Stage } from './stage.ts';

export interface KillSeries extends Differences {
  /** Times that the process was killed while it loaded. */
  readonly kills: number;
  readonly records: number;
  /** Items, which are records or packs, that were sent to DynamoDB, counted on the wire. */
  readonly written: number;
  /** Items that may be written at most: 1.2 times those of the objects, and for each kill one batch of each object. */
  readonly allowed: number;
  /** What else was not as it must be; empty if all was. */
  readonly problems: readonly string[];
}

export interface KillSeriesOptions extends Landing {
  readonly kills: number;
  /** Records of all objects together. */
  readonly records: number;
  readonly seed: number;
}

interface LargeObject extends LandedObject {
  readonly number: number;
  readonly ref: S3Ref;
  readonly records: number;
}

const BATCH = 25;
const LEASE_MS = 600;
/** Lives that end at any moment from the start on: while opening, waiting for the lease, or reading what is settled. */
const EARLY = 0.2;
const EARLY_MS = 500;
/** The longest that a life may last, so that a hang is an error. */
const LIFE_MS = 120_000;

/** Loads large objects in a process that is killed again and again, until so many kills are done and it may finish. */
export async function killSeries(stage: Stage, options: KillSeriesOptions): Promise<KillSeries> {
  const { kills, records, seed, pack, natural = false, objects: count = 1 } = options;
  const name = `kill-${seed}${suffixOf(options)}`;
  const objects = await putObjects(stage, name, options);
  const items = objects.reduce((sum, object) => sum + Math.ceil(object.records / (pack ?? 1)), 0);
  const table = await stage.table();
  const ledger = dynamodbLedger({ table: stage.ledgerTable, client: stage.dynamodb });
  await using proxy = await startFaultProxy(stage.aws.dynamodbEndpoint);
  let written = 0;
  let progressed = (): void => {};
  const countItems = ({ op, body }: FaultCall): boolean => {
    if (op !== 'BatchWriteItem') return false;
    written += body.toString().split('"PutRequest":').length - 1;
    progressed();
    return false;
  };
  proxy.add({ kind: 'slow', match: countItems });
  const task: KillChildTask = {
    name,
    s3Endpoint: stage.aws.s3Endpoint,
    dynamodbEndpoint: proxy.url,
    region: stage.aws.region,
    refs: objects.map(({ ref }) => ref),
    table,
    ledgerTable: stage.ledgerTable,
    leaseMs: LEASE_MS,
    checkpointRecords: BATCH,
    concurrency: 1,
    pack,
    natural,
  };
  const draw = random(seed, 0);
  const problems: string[] = [];
  const killed = await killAgainAndAgain(task, kills, problems, () => {
    const before = written;
    return killMoment(
      draw,
      items / kills,
      () => written - before,
      (listener) => (progressed = listener),
    );
  });

  const generations = new Map<string, number | undefined>();
  for (const object of objects) {
    const entries = await ledger.entries(object.feed, object.uri);
    problems.push(...entryProblems(entries, object));
    generations.set(object.uri, entries[0]?.generation);
  }
  const allowed = 1.2 * items + BATCH * count * killed;
  if (written >= allowed) problems.push(`${written} items were written, ${allowed} may be`);
  const expected = new Map(
    objects.flatMap((object) =>
      Array.from({ length: object.records }, (_, ordinal) => {
        const version = { ...object, generation: generations.get(object.uri) };
        const item = landed(version, ordinal, largeRecord(ordinal, { object: object.number, natural }));
        // Of records that share a key, the last one stays.
        return [item.uuid, item] as const;
      }),
    ),
  );
  const differences = await checkTable(stage.dynamodb, table, expected);
  await stage.dropTable(table);
  return { kills: killed, records, written, allowed, problems, ...differences };
}

async function putObjects(
  stage: Stage,
  feed: string,
  { records, natural = false, objects: count = 1 }: KillSeriesOptions,
): Promise<readonly LargeObject[]> {
  const objects: LargeObject[] = [];
  for (const [number, share] of recordsOf(records, count).entries()) {
    const key = `${feed}.${number}.ndjson.gz`;
    const etag = await stage.put(key, largeObject(share, { object: number, natural }));
    objects.push({
      number,
      ref: { bucket: stage.bucket, key, etag },
      records: share,
      feed,
      id: itemId(stage.bucket, key, etag),
      uri: `s3://${stage.bucket}/${key}`,
      lastModified: await stage.lastModified(key),
      keyOf: natural ? naturalKeyOf : undefined,
    });
  }
  return objects;
}

/** Returns how many processes were killed while they loaded. */
async function killAgainAndAgain(
  task: KillChildTask,
  kills: number,
  problems: string[],
  nextMoment: () => Promise<void>,
): Promise<number> {
  let killed = 0;
  let next = startChild();
  try {
    while (killed < kills) {
      const child = next;
      await child.ready;
      // The next one loads its modules meanwhile.
      next = startChild();
      child.go(task);
      await Promise.race([nextMoment(), child.ended, sleep(LIFE_MS, undefined, { ref: false })]);
      if (child.hasEnded()) {
        problems.push(`the process ended by itself after ${killed} kills: ${child.errors()}`);
        break;
      }
      child.kill();
      killed += 1;
      await child.ended;
    }
    await next.ready;
    next.go(task);
    await Promise.race([next.ended, sleep(LIFE_MS, undefined, { ref: false })]);
    if (!next.hasEnded() || next.exitCode() !== 0) problems.push(`the last process did not finish: ${next.errors()}`);
  } finally {
    next.kill();
    await next.ended;
  }
  return killed;
}

/** An object has one entry, complete to its end, and the report of the run that completed it adds up. */
function entryProblems(entries: readonly LedgerEntry[], { uri, records }: LargeObject): readonly string[] {
  const [entry] = entries;
  if (entries.length !== 1 || entry?.state !== 'complete' || entry.watermark !== records)
    return [`${uri}: the ledger has ${entries.length} entries, ${entry?.state} at ${entry?.watermark}`];
  const { read, written = 0, skipped = 0, rejected, dropped, unsettled, outcome } = entry.report ?? {};
  const isWhole = outcome === 'complete' && read === records && written + skipped === records;
  if (isWhole && rejected === 0 && dropped === 0 && unsettled === 0) return [];
  return [`${uri}: the ledger's report is ${JSON.stringify(entry.report)}`];
}

/** Resolves at a random moment: mostly once a random number of records was sent and some milliseconds have passed. */
function killMoment(
  draw: Random,
  share: number,
  sent: () => number,
  onProgress: (listener: () => void) => void,
): Promise<void> {
  if (draw.chance(EARLY)) return sleep(draw.int(0, EARLY_MS));
  const enough = draw.int(0, Math.floor(1.4 * share));
  const laterMs = draw.int(0, 12);
  return new Promise((resolve) => {
    onProgress(() => {
      if (sent() < enough) return;
      onProgress(() => {});
      setTimeout(resolve, laterMs);
    });
  });
}
