import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { LedgerEntry } from '@millrace/core';
import { dynamodbLedger } from '@millrace/dynamodb';
import { ObjectsFailedError, type S3Handler, toS3Handler } from '@millrace/lambda-adapter';
import type { S3Event } from '@millrace/local';
import { checkTable, type Differences } from './check-table.ts';
import { itemId, naturalKey, placeKey } from './expected-key.ts';
import { landed } from './landed.ts';
import { landingFeed } from './landing-feed.ts';
import { random } from './random.ts';
import type { SampleRecord } from './sample-object.ts';
import type { Stage } from './stage.ts';

export interface ShuffleSeries extends Differences {
  /** Versions written, over all objects. */
  readonly events: number;
  /** Times that an event was handed to the handler, further attempts not counted. */
  readonly deliveries: number;
  /** Times that the handler was called. */
  readonly invocations: number;
  /** What became of the deliveries in the end: an outcome, or the code of the last failure. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Records that the table must hold. */
  readonly records: number;
  /** Older versions that were read whole before they were overwritten; kept only where all versions are. */
  readonly olderRead: number;
  /** What else was not as it must be; empty where all was. */
  readonly problems: readonly string[];
}

export interface ShuffleSeriesOptions {
  /** `newest`: records have natural keys, newer ones overwrite older ones. `all`: each version's records are kept. */
  readonly versions: 'newest' | 'all';
  readonly objects: number;
  /** Versions of each object. */
  readonly overwrites: number;
  readonly seed: number;
  /** Records of a pack; only where all versions are kept. @default each record is an item */
  readonly pack?: number | undefined;
}

interface Version {
  readonly key: string;
  readonly version: number;
  readonly etag: string;
  readonly records: readonly SampleRecord[];
}

const CONCURRENCY = 6;
/** Lambda tries an asynchronous invocation three times; what is left goes to a queue, from which it is tried again. */
const MAX_ATTEMPTS = 100;
/** No process dies here, so no lease has to run out; a busy machine must not lose one either. */
const LEASE_MS = 30_000;

/**
 * Writes objects again and again while the events of every version are delivered one to five times, shuffled and several
 * at once, through the Lambda handler and the DynamoDB ledger; then checks what the table holds.
 */
export async function shuffleSeries(stage: Stage, options: ShuffleSeriesOptions): Promise<ShuffleSeries> {
  const { versions, objects, overwrites, seed, pack } = options;
  const draw = random(seed, versions === 'all' ? 1 : 0);
  const name = `shuffle-${versions}-${seed}${pack === undefined ? '' : `-by-${pack}`}`;
  const table = await stage.table();
  const natural = versions === 'newest';
  const { s3, dynamodb } = stage;
  const key = (record: SampleRecord): string => `${record.name}/${record.id}`;
  const feed = landingFeed({ name, s3, dynamodb, table, gzipped: true, pack, ...(natural && { key }) });
  const ledger = dynamodbLedger({ table: stage.ledgerTable, client: dynamodb });
  const handler = toS3Handler(feed, { ledger, leaseMs: LEASE_MS, versions, log: () => {} });

  const queue: S3Event[] = [];
  const tell: Record<string, number> = {};
  const counts = { events: 0, deliveries: 0, invocations: 0 };
  const stopEvents = stage.aws.onObjectCreated({
    bucket: stage.bucket,
    prefix: `${name}/`,
    handler: (event) => {
      counts.events += 1;
      const times = draw.int(1, 5);
      counts.deliveries += times;
      // Each goes somewhere into what is waiting, so that newer events overtake older ones.
      for (let time = 0; time < times; time += 1) queue.splice(draw.int(0, queue.length), 0, event);
    },
  });

  let writing = true;
  const worker = async (): Promise<void> => {
    for (;;) {
      const event = queue.shift();
      if (event === undefined) {
        if (!writing) return;
        await sleep(2);
        continue;
      }
      const { outcome, attempts } = await deliver(handler, event);
      counts.invocations += attempts;
      tell[outcome] = (tell[outcome] ?? 0) + 1;
    }
  };
  const workers = Array.from({ length: CONCURRENCY }, worker);
  const written: Version[] = [];
  try {
    const orders = draw.shuffle(Array.from({ length: objects * overwrites }, (_, number) => number % objects));
    for (const [number, object] of orders.entries()) {
      const version = written.filter((other) => other.key === keyOf(name, object)).length + 1;
      const records = recordsOf(object, version);
      const body = gzipSync(records.map((record) => JSON.stringify(record)).join('\n'));
      const etag = await stage.put(keyOf(name, object), body);
      written.push({ key: keyOf(name, object), version, etag, records });
      if (number % 3 === 0) await sleep(draw.int(0, 20));
    }
    await stage.aws.idle();
  } finally {
    writing = false;
    stopEvents();
    await Promise.all(workers);
  }

  const expected = new Map<string, Readonly<Record<string, unknown>>>();
  const problems: string[] = [];
  let olderRead = 0;
  for (const { key: objectKey, version, etag, records } of written) {
    const uri = `s3://${stage.bucket}/${objectKey}`;
    const id = itemId(stage.bucket, objectKey, etag);
    const entry = (await ledger.entries(name, uri)).find(({ origin }) => origin.id === id);
    const newest = version === overwrites;
    problems.push(...entryProblems(entry, newest, `${objectKey}, version ${version}`));
    if (!newest && entry?.state === 'complete') olderRead += 1;
    if (entry?.state !== 'complete' || (natural && !newest)) continue;
    for (const [ordinal, record] of records.entries()) {
      const uuid = natural ? naturalKey(name, key(record)) : placeKey(id, ordinal);
      const item = landed(uuid, name, entry.origin, ordinal, record);
      expected.set(uuid, natural ? { ...item, generation: entry.generation } : item);
    }
  }
  if (counts.events !== written.length) problems.push(`${counts.events} events of ${written.length} versions`);
  const differences = await checkTable(stage.dynamodb, table, expected);
  await feed.close();
  await stage.dropTable(table);
  return { ...differences, ...counts, outcomes: tell, records: expected.size, olderRead, problems };
}

function keyOf(name: string, object: number): string {
  return `${name}/object ${object}.ndjson.gz`;
}

/** Every version has the ids that the one before had, and ten more; what it says of them is its own. */
function recordsOf(object: number, version: number): SampleRecord[] {
  return Array.from({ length: version * 10 + 100 }, (_, id) => ({
    id,
    name: `object ${object}`,
    amount: version,
    text: `version ${version} of ${id}`,
    tags: [],
  }));
}

/** The newest version has to be complete; an older one complete or never taken up, but nothing in between. */
function entryProblems(entry: LedgerEntry | undefined, newest: boolean, what: string): readonly string[] {
  const state = entry?.state ?? 'never read';
  if (state === 'complete' || (!newest && (state === 'never read' || state === 'stale'))) return [];
  return [`${what}: the ledger says ${state}`];
}

/** As Lambda does it, and then the queue of what failed: again, until it succeeds or can never succeed. */
async function deliver(handler: S3Handler, event: S3Event): Promise<{ outcome: string; attempts: number }> {
  let outcome = '';
  for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts += 1) {
    try {
      const { objects } = await handler(structuredClone(event));
      return { outcome: objects[0]?.outcome ?? 'none', attempts };
    } catch (error) {
      outcome = error instanceof ObjectsFailedError ? (error.failures[0]?.error?.code ?? 'unknown') : String(error);
    }
    // The event's version is gone; three attempts, as Lambda makes.
    if (outcome === 'S3_OBJECT_CHANGED' && attempts === 3) return { outcome, attempts };
    await sleep(20);
  }
  return { outcome, attempts: MAX_ATTEMPTS };
}
