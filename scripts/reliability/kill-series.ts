import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { dynamodbLedger } from '@millrace/dynamodb';
import { type FaultCall, startFaultProxy } from '@millrace/testkit';
import { checkTable, type Differences } from './check-table.ts';
import { itemId, placeKey } from './expected-key.ts';
import type { KillChildTask } from './kill-child.ts';
import { landed } from './landed.ts';
import { largeObject, largeRecord } from './large-object.ts';
import { type Random, random } from './random.ts';
import type { Stage } from './stage.ts';

export interface KillSeries extends Differences {
  /** Times that the process was killed while it loaded. */
  readonly kills: number;
  readonly records: number;
  /** Items, which are records or packs, that were sent to DynamoDB, counted on the wire. */
  readonly written: number;
  /** Items that may be written at most: 1.2 times those of the object, and one batch for each kill. */
  readonly allowed: number;
  /** What else was not as it must be; empty where all was. */
  readonly problems: readonly string[];
}

export interface KillSeriesOptions {
  readonly kills: number;
  readonly records: number;
  readonly seed: number;
  /** Records of a pack. @default each record is an item */
  readonly pack?: number | undefined;
}

const BATCH = 25;
const LEASE_MS = 600;
/** Lives that end at any moment from the start on: while opening, waiting for the lease, or reading what is settled. */
const EARLY = 0.2;
const EARLY_MS = 500;
/** The longest that a life may last, so that a hang is an error. */
const LIFE_MS = 120_000;

/** Loads one large object in a process that is killed again and again, until so many kills are done and it may finish. */
export async function killSeries(stage: Stage, { kills, records, seed, pack }: KillSeriesOptions): Promise<KillSeries> {
  const draw = random(seed, 0);
  const name = `kill-${seed}${pack === undefined ? '' : `-by-${pack}`}`;
  const items = Math.ceil(records / (pack ?? 1));
  const key = `${name}.ndjson.gz`;
  const table = await stage.table();
  const etag = await stage.put(key, largeObject(records));
  await using proxy = await startFaultProxy(stage.aws.dynamodbEndpoint);
  let written = 0;
  let progressed = (): void => {};
  const count = ({ op, body }: FaultCall): boolean => {
    if (op !== 'BatchWriteItem') return false;
    written += body.toString().split('"PutRequest":').length - 1;
    progressed();
    return false;
  };
  proxy.add({ kind: 'slow', match: count });
  const task: KillChildTask = {
    name,
    s3Endpoint: stage.aws.s3Endpoint,
    dynamodbEndpoint: proxy.url,
    region: stage.aws.region,
    ref: { bucket: stage.bucket, key, etag },
    table,
    ledgerTable: stage.ledgerTable,
    leaseMs: LEASE_MS,
    checkpointRecords: BATCH,
    concurrency: 1,
    pack,
  };

  const problems: string[] = [];
  let killed = 0;
  let next = startChild();
  try {
    while (killed < kills) {
      const child = next;
      await child.ready;
      // The next one loads its modules meanwhile.
      next = startChild();
      child.go(task);
      const before = written;
      const moment = killMoment(
        draw,
        items / kills,
        () => written - before,
        (listener) => (progressed = listener),
      );
      await Promise.race([moment, child.ended, sleep(LIFE_MS, undefined, { ref: false })]);
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

  const ledger = dynamodbLedger({ table: stage.ledgerTable, client: stage.dynamodb });
  const uri = `s3://${stage.bucket}/${key}`;
  const [entry] = await ledger.entries(name, uri);
  if (entry?.state !== 'complete' || entry.watermark !== records) {
    problems.push(`the ledger says ${entry?.state} at ${entry?.watermark}`);
  }
  const allowed = 1.2 * items + BATCH * killed;
  if (written >= allowed) problems.push(`${written} items were written, ${allowed} may be`);
  const id = itemId(stage.bucket, key, etag);
  const origin = { id, uri, ...(entry?.origin.lastModified && { lastModified: entry.origin.lastModified }) };
  const expected = new Map(
    Array.from({ length: records }, (_, ordinal) => {
      const uuid = placeKey(id, ordinal);
      return [uuid, landed(uuid, name, origin, ordinal, largeRecord(ordinal))] as const;
    }),
  );
  const differences = await checkTable(stage.dynamodb, table, expected);
  await stage.dropTable(table);
  return { kills: killed, records, written, allowed, problems, ...differences };
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

interface Child {
  readonly ready: Promise<unknown>;
  readonly ended: Promise<unknown>;
  readonly hasEnded: () => boolean;
  readonly exitCode: () => number | null;
  readonly errors: () => string;
  readonly go: (task: KillChildTask) => void;
  readonly kill: () => void;
}

function startChild(): Child {
  const program = fileURLToPath(new URL('kill-child.ts', import.meta.url));
  const child: ChildProcess = fork(program, [], {
    execArgv: ['--conditions=@millrace/source', '--no-warnings'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2000)));
  let gone = false;
  const ended = once(child, 'exit').then(() => (gone = true));
  return {
    ready: Promise.race([once(child, 'message'), ended]),
    ended,
    hasEnded: () => gone,
    exitCode: () => child.exitCode,
    errors: () => errors,
    go: (task) => void child.send(task, () => {}),
    kill: () => void child.kill('SIGKILL'),
  };
}
