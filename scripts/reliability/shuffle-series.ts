import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { LedgerEntry } from '@millrace/core';
import { dynamodbLedger } from '@millrace/dynamodb';
import { ObjectsFailedError, type S3Handler, toS3Handler } from '@millrace/lambda-adapter';
import type { S3Event } from '@millrace/local';
import { type Landing, suffixOf } from './arguments.ts';
import { checkTable, type Differences } from './check-table.ts';
import { itemId } from './expected-key.ts';
import { type Landed, landed } from './landed.ts';
import { landingFeed } from './landing-feed.ts';
import { random } from './random.ts';
import type { SampleRecord } from './sample-object.ts';
import type { Stage } from './stage.ts';
import { UsageError } from './usage-error.ts';

export interface ShuffleSeries extends Differences {
  /** Versions written, over all objects. */
  readonly events: number;
  /** Times that an object's event was given to the handler, further attempts not counted. */
  readonly deliveries: number;
  /** Times that the handler was called. */
  readonly invocations: number;
  /** What became of the deliveries in the end: an outcome, or the code of the last failure. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Records that the table must hold. */
  readonly records: number;
  /** Older versions that were read whole before they were overwritten; their records are kept only if all versions are. */
  readonly olderRead: number;
  /** What else was not as it must be; empty if all was. */
  readonly problems: readonly string[];
}

/**
 * With `natural` keys, several records of a version share a key. `objects` is the number of records in one event of the
 * handler; they are of any objects and versions, and may be of the same one twice.
 */
export interface ShuffleSeriesOptions extends Landing {
  /**
   * `newest`: records have natural keys, newer ones overwrite older ones. `all`: each version's records are kept, with keys by
   * place.
   */
  readonly versions: 'newest' | 'all';
  /** Number of objects. */
  readonly files: number;
  /** Versions of each object. */
  readonly overwrites: number;
  readonly seed: number;
}

interface Version {
  readonly key: string;
  readonly version: number;
  readonly etag: string;
  readonly lastModified: string;
  readonly records: readonly SampleRecord[];
}

const CONCURRENCY = 6;
/** Objects of one event that the handler carries at once. */
const AT_ONCE = 2;
/** Lambda tries an asynchronous invocation three times; what is left goes to a queue, from which it is tried again. */
const MAX_ATTEMPTS = 100;
/** No process dies here, so no lease has to run out; a busy machine must not lose one either. */
const LEASE_MS = 30_000;

/**
 * Writes objects again and again while the events of every version are delivered one to five times, shuffled and several
 * at once, through the Lambda handler and the DynamoDB ledger; then checks what the table holds.
 */
export async function shuffleSeries(stage: Stage, options: ShuffleSeriesOptions): Promise<ShuffleSeries> {
  const { versions, files, overwrites, seed, pack, natural: repeats = false, objects: ofEvent = 1 } = options;
  if (versions === 'all' && repeats)
    throw new UsageError('Records of all versions cannot share natural keys: no order says which one stays.');
  const draw = random(seed, versions === 'all' ? 1 : 0);
  const name = `shuffle-${versions}-${seed}${suffixOf(options)}`;
  const table = await stage.table();
  const { s3, dynamodb } = stage;
  const key = versions === 'newest' ? (record: SampleRecord) => `${record.name}/${record.id}` : undefined;
  const feed = landingFeed({ name, s3, dynamodb, table, gzipped: true, pack, key });
  const ledger = dynamodbLedger({ table: stage.ledgerTable, client: dynamodb });
  const handler = toS3Handler(feed, { ledger, leaseMs: LEASE_MS, versions, concurrency: AT_ONCE, log: () => {} });

  const queue: S3Event['Records'][number][] = [];
  const outcomes: Record<string, number> = {};
  const counts = { events: 0, deliveries: 0, invocations: 0 };
  const stopEvents = stage.aws.onObjectCreated({
    bucket: stage.bucket,
    prefix: `${name}/`,
    handler: ({ Records }) => {
      counts.events += 1;
      const times = draw.int(1, 5);
      counts.deliveries += times;
      // Each goes somewhere into what is waiting, so that newer events overtake older ones.
      for (let time = 0; time < times; time += 1) queue.splice(draw.int(0, queue.length), 0, ...Records);
    },
  });

  let writing = true;
  const worker = async (): Promise<void> => {
    for (;;) {
      const records = queue.splice(0, ofEvent);
      if (records.length > 0) {
        const delivered = await deliver(handler, { Records: records });
        counts.invocations += delivered.attempts;
        for (const outcome of delivered.outcomes) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      } else if (writing) await sleep(2);
      else return;
    }
  };
  const workers = Array.from({ length: CONCURRENCY }, worker);
  const written: Version[] = [];
  try {
    const orders = draw.shuffle(Array.from({ length: files * overwrites }, (_, number) => number % files));
    for (const [number, file] of orders.entries()) {
      const objectKey = keyOf(name, file);
      const version = written.filter((other) => other.key === objectKey).length + 1;
      const records = recordsOf(file, version, repeats);
      const body = gzipSync(records.map((record) => JSON.stringify(record)).join('\n'));
      const etag = await stage.put(objectKey, body);
      written.push({ key: objectKey, version, etag, lastModified: await stage.lastModified(objectKey), records });
      if (number % 3 === 0) await sleep(draw.int(0, 20));
    }
    await stage.aws.idle();
  } finally {
    writing = false;
    stopEvents();
    await Promise.all(workers);
  }

  const expected = new Map<string, Landed>();
  const problems: string[] = [];
  let olderRead = 0;
  for (const { key: objectKey, version, etag, lastModified, records } of written) {
    const uri = `s3://${stage.bucket}/${objectKey}`;
    const id = itemId(stage.bucket, objectKey, etag);
    const entry = (await ledger.entries(name, uri)).find(({ origin }) => origin.id === id);
    const newest = version === overwrites;
    problems.push(...entryProblems(entry, newest, records.length, `${objectKey}, version ${version}`));
    if (!newest && entry?.state === 'complete') olderRead += 1;
    if (entry?.state !== 'complete' || (versions === 'newest' && !newest)) continue;
    const object = { feed: name, id, uri, lastModified, keyOf: key, generation: entry.generation };
    for (const [ordinal, record] of records.entries()) {
      const item = landed(object, ordinal, record);
      // Of records that share a key, the last one stays.
      expected.set(item.uuid, item);
    }
  }
  if (counts.events !== written.length) problems.push(`${counts.events} events of ${written.length} versions`);
  const settled = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  if (settled !== counts.deliveries) problems.push(`${settled} outcomes of ${counts.deliveries} deliveries`);
  const { lost, doubled, wrong, examples } = await checkTable(stage.dynamodb, table, expected);
  await feed.close();
  await stage.dropTable(table);
  return { lost, doubled, wrong, examples, ...counts, outcomes, records: expected.size, olderRead, problems };
}

function keyOf(name: string, object: number): string {
  return `${name}/object ${object}.ndjson.gz`;
}

/**
 * Every version has the ids that the one before had, and ten more; what it says of them is its own.
 *
 * @param repeats whether records share ids: a third has the id of one just before, or of the first ones
 */
function recordsOf(file: number, version: number, repeats: boolean): SampleRecord[] {
  const count = version * 10 + 100;
  return Array.from({ length: repeats ? Math.floor(count * 1.5) : count }, (_, ordinal) => ({
    id: repeats ? repeatedId(ordinal) : ordinal,
    name: `object ${file}`,
    amount: version,
    text: `version ${version} of ${ordinal}`,
    tags: [],
  }));
}

/** Two new ids, then one that was there: the one before, or one of the first seven. */
function repeatedId(ordinal: number): number {
  const own = Math.floor(ordinal / 3) * 2 + Math.min(ordinal % 3, 1);
  if (ordinal % 3 < 2) return own;
  return ordinal % 2 === 0 ? own : own % 7;
}

/**
 * The newest version has to be complete; an older one complete or never taken up, but nothing in between. What is complete has
 * the counts of its records.
 */
function entryProblems(
  entry: LedgerEntry | undefined,
  newest: boolean,
  records: number,
  what: string,
): readonly string[] {
  const state = entry?.state ?? 'never read';
  if (!newest && (state === 'never read' || state === 'stale')) return [];
  if (state !== 'complete') return [`${what}: the ledger says ${state}`];
  const { read, written = 0, skipped = 0, rejected, dropped, unsettled } = entry?.report ?? {};
  const isWhole = entry?.watermark === records && read === records && written + skipped === records;
  if (isWhole && rejected === 0 && dropped === 0 && unsettled === 0) return [];
  return [`${what}: the ledger's report of ${records} records is ${JSON.stringify(entry?.report)}`];
}

/**
 * Delivers an event as Lambda does, and then the queue of what failed: the whole event again, until it succeeds or what is left
 * can never succeed. Returns what became of each of its objects in the end.
 */
async function deliver(
  handler: S3Handler,
  event: S3Event,
): Promise<{ readonly outcomes: readonly string[]; readonly attempts: number }> {
  let outcomes: readonly string[] = [];
  for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts += 1) {
    try {
      const { objects } = await handler(structuredClone(event));
      return { outcomes: objects.map(({ outcome }) => outcome), attempts };
    } catch (error) {
      if (!(error instanceof ObjectsFailedError)) throw error;
      const { report, failures } = error;
      outcomes = report.objects.map(({ outcome, error: why }) => why?.code ?? outcome);
      // The events' versions are gone; three attempts, as Lambda makes.
      const isOver = failures.every(({ error: why }) => why?.code === 'S3_OBJECT_CHANGED');
      if (isOver && attempts >= 3) return { outcomes, attempts };
    }
    await sleep(20);
  }
  return { outcomes, attempts: MAX_ATTEMPTS };
}
