import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Ledger } from '@millrace/core';
import { dynamodbLedger } from '@millrace/dynamodb';
import { type FaultProxy, startFaultProxy } from '@millrace/testkit';
import { type Landing, suffixOf } from './arguments.ts';
import { deliver, LEASE_MS, writtenAt } from './chaos-attempts.ts';
import { type ChaosObject, drawObjects, expectedItems } from './chaos-objects.ts';
import { ledgerProblems, quarantineProblems, reportProblems, sawDamage } from './chaos-problems.ts';
import { checkTable, type Differences } from './check-table.ts';
import { armFaults, faultPlan } from './fault-plan.ts';
import { keepRejections } from './kept-rejections.ts';
import { landingFeed, naturalKeyOf, type SenderKind } from './landing-feed.ts';
import { random } from './random.ts';
import type { Stage } from './stage.ts';

/** What one run of the series showed. */
export interface ChaosRun extends Differences {
  readonly records: number;
  /** Times that the feed was run until all objects were complete. */
  readonly attempts: number;
  /** Rejections that a damaged read left, beside the note which says that this read failed. */
  readonly suspect: number;
  /** Rows that a damaged read left under natural keys that no record has: it read other keys than were written. */
  readonly stray: number;
  /** What has really happened, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** What else was not as it must be; empty if all was. */
  readonly problems: readonly string[];
}

/** A stall of this length is one. Short, so that faults do not make runs slow. */
const IDLE_MS = 400;

export interface ChaosLanding extends Landing {
  /** How requests are sent. @default what the sink does */
  readonly sender?: SenderKind | undefined;
}

/** Carries the objects of one run through a plan of faults until they are complete, and checks everything that was kept. */
export async function chaosRun(stage: Stage, seed: number, run: number, landing: ChaosLanding = {}): Promise<ChaosRun> {
  const { pack, sender, natural = false, objects: count = 1 } = landing;
  const draw = random(seed, run);
  const name = `chaos-${seed}-${run}${suffixOf(landing)}${sender === undefined ? '' : `-${sender}`}`;
  const drawn = await drawObjects(stage, draw, { name, run, natural, count });
  const { objects, gzipped } = drawn;
  // A damaged read may put a row under another object's key, and nothing says which of the two is right.
  const without = drawn.isShared ? 'flipByte' : undefined;
  const plan = faultPlan(draw, Math.max(...objects.map(({ body }) => body.length)), without);
  const table = await stage.table();
  await using s3Proxy = await startFaultProxy(stage.aws.s3Endpoint);
  await using dynamodbProxy = await startFaultProxy(stage.aws.dynamodbEndpoint);
  const { s3, dynamodb } = clients(stage, s3Proxy, dynamodbProxy);
  // An object is a few batches: were all of them in flight at once, the lean sender would learn when all is done.
  const how = sender && { sender, ...(sender === 'lean' && { concurrency: 2 }) };
  const key = natural ? naturalKeyOf : undefined;
  const feed = landingFeed({ name, s3, dynamodb, table, gzipped, idleTimeoutMs: IDLE_MS, pack, key, ...how });
  const ledger = dynamodbLedger({ table: stage.ledgerTable, client: dynamodb });
  const kept = keepRejections();
  const options = {
    ledger,
    quarantine: kept.quarantine,
    leaseMs: LEASE_MS,
    checkpointRecords: 200,
    // A twentieth of the lines may be bad, and by chance more of the first hundred.
    maxRejections: { share: 0.2 },
    // By chance the only record of an object is bad.
    allRejected: 'accept',
    concurrency: drawn.concurrency,
  } as const;
  try {
    const armed = armFaults(plan, { s3: s3Proxy, dynamodb: dynamodbProxy });
    const attempts = await deliver(feed, objects, options, draw);
    await armed.accepting();
    const faults = armed.happened();
    s3Proxy.clear();
    dynamodbProxy.clear();
    const flipped = faults['s3:flipByte'] !== undefined;
    const problems: string[] = [];
    let suspect = 0;
    const damaged = new Set<string>();
    for (const object of objects) {
      const reports = attempts.filter((attempt) => attempt.object === object).map(({ report }) => report);
      const damagedReads = reports.filter((report) => sawDamage(report, flipped));
      if (damagedReads.length > 0) damaged.add(object.landed.uri);
      const found = [
        ...reportProblems(reports, object),
        ...(await ledgerProblems(ledger, reports, object, damagedReads.length > 0)),
      ];
      suspect += quarantineProblems(kept, damagedReads, object, found);
      problems.push(...found.map((problem) => (count === 1 ? problem : `${object.ref.key}: ${problem}`)));
    }
    const generations = await generationsOf(ledger, objects);
    const expected = expectedItems(objects, writtenAt(attempts), generations);
    const differences = await checkTable(stage.dynamodb, table, expected, ({ source, generation }) => {
      const uri = source?.S ?? '';
      return natural && damaged.has(uri) && generation?.N === String(generations.get(uri));
    });
    return { ...differences, records: recordsOf(objects), attempts: runsOf(attempts), suspect, faults, problems };
  } finally {
    await feed.close();
    s3.destroy();
    dynamodb.destroy();
    await stage.dropTable(table);
  }
}

/** A claim that failed halfway uses up a generation, so only the ledger knows which one an object has. */
async function generationsOf(
  ledger: Ledger,
  objects: readonly ChaosObject[],
): Promise<ReadonlyMap<string, number | undefined>> {
  const generations = new Map<string, number | undefined>();
  for (const { landed } of objects) {
    const entry = (await ledger.entries(landed.feed, landed.uri)).find(({ origin }) => origin.id === landed.id);
    generations.set(landed.uri, entry?.generation);
  }
  return generations;
}

function recordsOf(objects: readonly ChaosObject[]): number {
  return objects.reduce((sum, { fates }) => sum + fates.length, 0);
}

function runsOf(attempts: readonly { readonly run: number }[]): number {
  return new Set(attempts.map(({ run }) => run)).size;
}

/** Few and quick attempts of the SDK's own, so that the layers above it have to work. */
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
