import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { LedgerEntry } from '@millrace/core';
import { dynamodbLedger } from '@millrace/dynamodb';
import { toS3Handler } from '@millrace/lambda-adapter';
import type { S3Event } from '@millrace/local';
import { type Landing, suffixOf } from './arguments.ts';
import { checkTable, type Differences } from './check-table.ts';
import { itemId } from './expected-key.ts';
import { type Landed, landed } from './landed.ts';
import { landingFeed } from './landing-feed.ts';
import { type Random, random } from './random.ts';
import type { SampleRecord } from './sample-object.ts';
import { startDelivering } from './shuffle-deliveries.ts';
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

/** A version of an object, as it was written. */
interface Version {
  readonly id: string;
  readonly uri: string;
  /** Its number, from 1. */
  readonly version: number;
  readonly lastModified: string;
  readonly records: readonly SampleRecord[];
}

/** Objects of one event that the handler carries at once. */
const AT_ONCE = 2;
/** No process dies here, so no lease has to run out; a busy machine must not lose one either. */
const LEASE_MS = 30_000;

/**
 * Writes objects again and again while the events of every version are delivered one to five times, shuffled and several
 * at once, through the Lambda handler and the DynamoDB ledger; then checks what the table holds.
 */
export async function shuffleSeries(stage: Stage, options: ShuffleSeriesOptions): Promise<ShuffleSeries> {
  const { versions, overwrites, seed, pack, natural = false, objects: ofEvent = 1 } = options;
  if (versions === 'all' && natural)
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
  const counts = { events: 0, deliveries: 0 };
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

  const deliveries = startDelivering(handler, queue, ofEvent);
  let written: readonly Version[];
  try {
    written = await writeVersions(stage, draw, { ...options, name });
    await stage.aws.idle();
  } finally {
    stopEvents();
    await deliveries.end();
  }

  const { outcomes, invocations } = deliveries;
  const entries = new Map<Version, LedgerEntry | undefined>();
  for (const version of written) {
    const found = await ledger.entries(name, version.uri);
    entries.set(
      version,
      found.find(({ origin }) => origin.id === version.id),
    );
  }
  const expected = expectedItems(written, entries, { versions, overwrites, name, keyOf: key });
  const problems = written.flatMap((version) => entryProblems(entries.get(version), version, overwrites));
  const olderRead = written.filter((one) => one.version < overwrites && entries.get(one)?.state === 'complete').length;
  if (counts.events !== written.length) problems.push(`${counts.events} events of ${written.length} versions`);
  const settled = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  if (settled !== counts.deliveries) problems.push(`${settled} outcomes of ${counts.deliveries} deliveries`);
  const { lost, doubled, wrong, examples } = await checkTable(stage.dynamodb, table, expected);
  await feed.close();
  await stage.dropTable(table);
  const differences = { lost, doubled, wrong, examples };
  return {
    ...differences,
    ...counts,
    invocations: invocations(),
    outcomes,
    records: expected.size,
    olderRead,
    problems,
  };
}

/** Writes all versions of all objects, those of one object in order, and between those of others. */
async function writeVersions(
  stage: Stage,
  draw: Random,
  { name, files, overwrites, natural = false }: ShuffleSeriesOptions & { readonly name: string },
): Promise<readonly Version[]> {
  const written: Version[] = [];
  const orders = draw.shuffle(Array.from({ length: files * overwrites }, (_, number) => number % files));
  for (const [number, file] of orders.entries()) {
    const key = keyOf(name, file);
    const uri = `s3://${stage.bucket}/${key}`;
    const version = written.filter((other) => other.uri === uri).length + 1;
    const records = recordsOf(file, version, natural);
    const etag = await stage.put(key, gzipSync(records.map((record) => JSON.stringify(record)).join('\n')));
    const id = itemId(stage.bucket, key, etag);
    written.push({ id, uri, version, lastModified: await stage.lastModified(key), records });
    if (number % 3 === 0) await sleep(draw.int(0, 20));
  }
  return written;
}

/** States what the table must hold: of each key, the last record of the newest version; or the records of every version read. */
function expectedItems(
  written: readonly Version[],
  entries: ReadonlyMap<Version, LedgerEntry | undefined>,
  options: Pick<ShuffleSeriesOptions, 'versions' | 'overwrites'> & {
    readonly name: string;
    readonly keyOf: ((record: SampleRecord) => string) | undefined;
  },
): ReadonlyMap<string, Landed> {
  const { versions, overwrites, name, keyOf: key } = options;
  const expected = new Map<string, Landed>();
  for (const one of written) {
    const entry = entries.get(one);
    if (entry?.state !== 'complete' || (versions === 'newest' && one.version < overwrites)) continue;
    const { id, uri, lastModified } = one;
    const object = { feed: name, id, uri, lastModified, keyOf: key, generation: entry.generation };
    for (const [ordinal, record] of one.records.entries()) {
      const item = landed(object, ordinal, record);
      expected.set(item.uuid, item);
    }
  }
  return expected;
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
  { uri, version, records: { length } }: Version,
  overwrites: number,
): readonly string[] {
  const what = `${uri}, version ${version}`;
  const state = entry?.state ?? 'never read';
  if (version < overwrites && (state === 'never read' || state === 'stale')) return [];
  if (state !== 'complete') return [`${what}: the ledger says ${state}`];
  const { read, written = 0, skipped = 0, rejected, dropped, unsettled } = entry?.report ?? {};
  const isWhole = entry?.watermark === length && read === length && written + skipped === length;
  if (isWhole && rejected === 0 && dropped === 0 && unsettled === 0) return [];
  return [`${what}: the ledger's report of ${length} records is ${JSON.stringify(entry?.report)}`];
}
