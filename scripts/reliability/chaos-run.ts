import { isDeepStrictEqual } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { type Feed, type ItemReport, type Ledger, type Rejection, replay, type RunOptions } from '@millrace/core';
import { dynamodbLedger } from '@millrace/dynamodb';
import type { S3Ref } from '@millrace/s3';
import { type FaultProxy, startFaultProxy } from '@millrace/testkit';
import { checkTable, type Differences } from './check-table.ts';
import { itemId, placeKey } from './expected-key.ts';
import { armFaults, faultPlan } from './fault-plan.ts';
import { keepRejections, type KeptRejections } from './kept-rejections.ts';
import { landed } from './landed.ts';
import { landingFeed, type SenderKind } from './landing-feed.ts';
import { random } from './random.ts';
import { type Fate, sampleObject } from './sample-object.ts';
import type { Stage } from './stage.ts';

/** What one run of the series showed. */
export interface ChaosRun extends Differences {
  readonly records: number;
  /** Times that the feed was run until it was complete. */
  readonly attempts: number;
  /** Records that DynamoDB did not take within the budget, and that a replay delivered. */
  readonly replayed: number;
  /** Rejections that a damaged read left behind, beside the note which says that this read failed. */
  readonly suspect: number;
  /** What has really happened, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** What else was not as it must be; empty where all was. */
  readonly problems: readonly string[];
}

const MAX_ATTEMPTS = 30;
const LEASE_MS = 1000;
/** A stall of this length is one. Short, so that faults do not make runs slow. */
const IDLE_MS = 400;
/** Codes of records that the service did not take in time: nothing is wrong with them. */
const NOT_TAKEN = new Set([
  'DYNAMODB_UNPROCESSED',
  'DYNAMODB_THROTTLED',
  'DYNAMODB_KEY_RANGE_THROTTLED',
  'DYNAMODB_MAX_ON_DEMAND_THROUGHPUT',
]);

/** How the records of a run are landed. */
export interface ChaosLanding {
  /** Records of a pack. @default each record is an item */
  readonly pack?: number | undefined;
  /** How requests are sent. @default what the sink does */
  readonly sender?: SenderKind | undefined;
}

/** One run: an object, a plan of faults, deliveries until it is complete, and the check of everything that was kept. */
export async function chaosRun(
  stage: Stage,
  seed: number,
  run: number,
  { pack, sender }: ChaosLanding = {},
): Promise<ChaosRun> {
  const draw = random(seed, run);
  const object = sampleObject(draw);
  const plan = faultPlan(draw, object.body.length);
  const name = `chaos-${seed}-${run}${pack === undefined ? '' : `-by-${pack}`}${sender === undefined ? '' : `-${sender}`}`;
  const key = `${name}/é ${run}.ndjson${object.gzipped ? '.gz' : ''}`;
  const table = await stage.table();
  const etag = await stage.put(key, object.body);
  const ref: S3Ref = { bucket: stage.bucket, key, etag };
  await using s3Proxy = await startFaultProxy(stage.aws.s3Endpoint);
  await using dynamodbProxy = await startFaultProxy(stage.aws.dynamodbEndpoint);
  const { s3, dynamodb } = clients(stage, s3Proxy, dynamodbProxy);
  const { gzipped } = object;
  // An object is a few batches: were all of them in flight at once, the lean sender would learn when all is done.
  const how = sender && { sender, ...(sender === 'lean' && { concurrency: 2 }) };
  const feed = landingFeed({ name, s3, dynamodb, table, gzipped, idleTimeoutMs: IDLE_MS, pack, ...how });
  const ledger = dynamodbLedger({ table: stage.ledgerTable, client: dynamodb });
  const kept = keepRejections();
  const options = {
    ledger,
    quarantine: kept.quarantine,
    leaseMs: LEASE_MS,
    checkpointRecords: 200,
    // A twentieth of the lines may be bad, and by chance more of the first hundred.
    maxRejections: { share: 0.2 },
  };
  const problems: string[] = [];
  try {
    const armed = armFaults(plan, { s3: s3Proxy, dynamodb: dynamodbProxy });
    const reports = await deliver(feed, ref, options);
    await armed.accepting();
    const faults = armed.happened();
    s3Proxy.clear();
    dynamodbProxy.clear();
    problems.push(...reportProblems(reports, object.fates.length));
    const replayed = await replayNotTaken(feed, kept, problems);
    problems.push(...(await ledgerProblems(ledger, name, ref, object.fates.length)));
    const flipped = faults['s3:flipByte'] !== undefined;
    const damaged = reports.filter((report) => isDamage(report, flipped));
    const { suspect } = quarantineProblems(kept, damaged, object.fates, problems);
    const { lastModified } = reports.findLast(({ origin }) => origin !== undefined)?.origin ?? {};
    const uri = `s3://${stage.bucket}/${key}`;
    const id = itemId(stage.bucket, key, etag);
    const expected = new Map(
      object.fates.flatMap((fate, ordinal) => {
        if (fate.kind !== 'written') return [];
        const uuid = placeKey(id, ordinal);
        return [[uuid, landed(uuid, name, { id, uri, ...(lastModified && { lastModified }) }, ordinal, fate.record)]];
      }),
    );
    const replayedKeys = new Set(replayed.map(({ ordinal }) => placeKey(id, ordinal)));
    const differences = await checkTable(stage.dynamodb, table, expected, replayedKeys);
    return {
      ...differences,
      records: object.fates.length,
      attempts: reports.length,
      replayed: replayed.length,
      suspect,
      faults,
      problems,
    };
  } finally {
    await feed.close();
    s3.destroy();
    dynamodb.destroy();
    await stage.dropTable(table);
  }
}

/** Few and quick attempts of the SDK's own, so that what is above it has to work. */
function clients(
  { aws: { region, credentials } }: Stage,
  s3Proxy: FaultProxy,
  dynamodbProxy: FaultProxy,
): { s3: S3Client; dynamodb: DynamoDBClient } {
  const requestHandler = { connectionTimeout: 1000, socketTimeout: 2000 };
  const common = { region, maxAttempts: 2, requestHandler };
  return {
    s3: new S3Client({ ...common, endpoint: s3Proxy.url, credentials: { ...credentials }, forcePathStyle: true }),
    dynamodb: new DynamoDBClient({ ...common, endpoint: dynamodbProxy.url, credentials: { ...credentials } }),
  };
}

/** Runs the feed as Lambda delivers an event: again and again, until the object is done. */
async function deliver(feed: Feed<S3Ref>, ref: S3Ref, options: RunOptions): Promise<readonly ItemReport[]> {
  const reports: ItemReport[] = [];
  while (reports.length < MAX_ATTEMPTS) {
    const {
      reports: [report],
    } = await feed.run([ref], { ...options, onFailure: 'report' });
    if (report === undefined) break;
    reports.push(report);
    if (report.outcome === 'complete' || report.outcome === 'duplicate') break;
    // Where the answer to giving the claim back was lost, the lease has to run out first.
    if (report.outcome === 'held') await new Promise((resolve) => setTimeout(resolve, LEASE_MS / 3));
  }
  return reports;
}

function reportProblems(reports: readonly ItemReport[], records: number): readonly string[] {
  const last = reports.at(-1);
  const story = reports.map(({ outcome, error }) => `${outcome} ${error?.code ?? ''}`.trim()).join(', ');
  if (last?.outcome !== 'complete' && last?.outcome !== 'duplicate') return [`never complete: ${story}`];
  if (last.outcome === 'duplicate') return [];
  const { read, written, rejected, dropped, skipped, unsettled } = last;
  return [
    ...(read === records ? [] : [`read ${read} of ${records} records`]),
    ...(written + rejected + dropped + skipped === read && unsettled === 0 ? [] : [`counts: ${JSON.stringify(last)}`]),
  ];
}

async function ledgerProblems(ledger: Ledger, name: string, ref: S3Ref, records: number): Promise<readonly string[]> {
  const entries = await ledger.entries(name, `s3://${ref.bucket}/${ref.key}`);
  const [entry] = entries;
  if (entries.length !== 1 || entry === undefined) return [`the ledger has ${entries.length} entries`];
  const fine = entry.state === 'complete' && entry.watermark === records && entry.report?.outcome === 'complete';
  return fine ? [] : [`the ledger says ${entry.state} at ${entry.watermark} of ${records}`];
}

/** As an operator does with records that a throttled table did not take. */
async function replayNotTaken(
  feed: Feed<S3Ref>,
  kept: KeptRejections,
  problems: string[],
): Promise<readonly Rejection[]> {
  const notTaken = kept.records().filter(({ code }) => NOT_TAKEN.has(code));
  if (notTaken.length === 0) return [];
  const report = await replay(feed, notTaken);
  if (report.delivered !== notTaken.length) problems.push(`replay: ${JSON.stringify(report).slice(0, 500)}`);
  return notTaken;
}

/** Each expected rejection once, with reason, raw text and line, and no other but those that are explained. */
function quarantineProblems(
  kept: KeptRejections,
  damagedReads: readonly ItemReport[],
  fates: readonly Fate[],
  problems: string[],
): { readonly suspect: number } {
  const expected = new Map(
    fates.flatMap((fate, ordinal) => (fate.kind === 'rejected' ? [[ordinal, fate] as const] : [])),
  );
  const noted = new Set(kept.notes().map(({ run }) => run));
  const damaged = new Set(damagedReads.map(({ run }) => run));
  let suspect = 0;
  const others: Rejection[] = [];
  for (const rejection of kept.records()) {
    const { ordinal, code, raw, line, run } = rejection;
    const fate = expected.get(ordinal);
    const same = fate !== undefined && isDeepStrictEqual([code, raw, line], [fate.code, fate.raw, fate.line]);
    if (same) expected.delete(ordinal);
    else if (damaged.has(run) && noted.has(run)) suspect += 1;
    else if (!NOT_TAKEN.has(code)) others.push(rejection);
  }
  if (expected.size > 0) problems.push(`not in quarantine: ordinals ${[...expected.keys()].slice(0, 10).join(', ')}`);
  if (others.length > 0) problems.push(`wrongly in quarantine: ${JSON.stringify(others[0]).slice(0, 500)}`);
  return { suspect };
}

/**
 * The read failed because bytes were damaged on their way; what it emitted before counts for nothing (contract 3.4).
 *
 * @param flipped whether a byte was changed in this scenario: then a read that failed for another reason, and did not come
 *   to the checksum, may have been the one
 */
function isDamage({ outcome, error }: ItemReport, flipped: boolean): boolean {
  return outcome === 'failed' && (flipped || /^(GZIP|ENCODING)_|^S3_BODY_CORRUPT$/.test(error?.code ?? ''));
}
