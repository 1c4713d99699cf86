import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { paginateScan } from '@aws-sdk/client-dynamodb';
import { dynamodbLedger } from '@millrace/dynamodb';
import { type FaultCall, startFaultProxy } from '@millrace/testkit';
import { random } from './random.ts';
import type { Stage } from './stage.ts';
import type { StopChildResult, StopChildTask } from './stop-child.ts';
import { versionedFeed } from './versioned-feed.ts';

export interface StopSeries {
  readonly runs: number;
  /** Rows, of all runs, that are of version 1 though version 2 is complete. */
  readonly reverted: number;
  /** Rows that are not there. */
  readonly lost: number;
  /** Attempts that did not count, because the process ended before it could be paused; each was repeated. */
  readonly early: number;
  readonly problems: readonly string[];
}

export interface StopSeriesOptions {
  readonly runs: number;
  readonly records: number;
  readonly seed: number;
  readonly keepNewest: boolean;
}

/** How a process ends whose lease ran out: by the clock, or because a call to the ledger took as long as the lease. */
const EXPECTED_CODES: ReadonlySet<string | undefined> = new Set(['LEDGER_LEASE_LOST', 'LEDGER_TIMEOUT']);

const LEASE_MS = 600;
const CONCURRENCY = 4;
const BATCH = 25;

/**
 * In each run, a process carries version 1 of an object and is paused by SIGSTOP while it writes. Another one carries version 2, as
 * soon as the ledger grants it, to the end; then the first goes on. No row may be of version 1 after that.
 */
export async function stopSeries(stage: Stage, options: StopSeriesOptions): Promise<StopSeries> {
  const { runs, records, seed, keepNewest } = options;
  const problems: string[] = [];
  let reverted = 0;
  let lost = 0;
  let early = 0;
  let counted = 0;
  for (let attempt = 0; counted < runs && attempt < 2 * runs + 10; attempt += 1) {
    const draw = random(seed, attempt);
    const name = `stop-${seed}-${attempt}${keepNewest ? '-newest' : ''}`;
    const table = await stage.table();
    const shared = { name, table, records, concurrency: CONCURRENCY, keepNewest };
    const requests = keepNewest ? records : Math.ceil(records / BATCH);
    const at = draw.int(1, requests - 4);
    const task = { ...shared, ledgerTable: stage.ledgerTable };
    const paused = await pausedChild(stage, task, at, draw.int(0, 3));
    const feed = versionedFeed({ ...shared, dynamodb: stage.dynamodb });
    const ledger = dynamodbLedger({ table: stage.ledgerTable, client: stage.dynamodb });
    try {
      // The ledger says when the lease of the paused process is over.
      for (;;) {
        const { reports } = await feed.run([2], { ledger, leaseMs: 60_000, onFailure: 'report' });
        const outcome = reports[0]?.outcome;
        if (outcome === 'complete') break;
        if (outcome !== 'held') throw reports[0]?.error ?? new Error(`version 2 is ${outcome}`);
        await sleep(20);
      }
    } finally {
      paused.resume();
    }
    const result = await paused.ended;
    if (result === undefined) problems.push(`attempt ${attempt}: the paused process failed: ${paused.errors()}`);
    else if (!paused.wasPaused()) early += 1;
    else if (!EXPECTED_CODES.has(result.code))
      problems.push(`attempt ${attempt}: it ended with ${result.outcome} ${result.code}`);
    const versions = await versionsIn(stage, table);
    if (paused.wasPaused()) counted += 1;
    const older = versions.filter((version) => version !== '2').length;
    if (older > 0) console.log(`attempt ${attempt}: paused after request ${at}, ${older} rows are of version 1`);
    reverted += older;
    lost += records - versions.length;
    await stage.dropTable(table);
  }
  if (counted < runs) problems.push(`only ${counted} processes could be paused`);
  return { runs: counted, reverted, lost, early, problems };
}

async function versionsIn({ dynamodb }: Stage, TableName: string): Promise<readonly (string | undefined)[]> {
  const versions: (string | undefined)[] = [];
  for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName, ConsistentRead: true })) {
    versions.push(...Items.map((item) => item['record']?.M?.['version']?.N));
  }
  return versions;
}

interface PausedChild {
  readonly wasPaused: () => boolean;
  readonly resume: () => void;
  /** What it reports at its end; undefined if it failed. */
  readonly ended: Promise<StopChildResult | undefined>;
  readonly errors: () => string;
}

type Task = Omit<StopChildTask, 'dynamodbEndpoint' | 'region' | 'leaseMs'>;

/** Starts the process and pauses it some milliseconds after it has sent so many requests. */
async function pausedChild(stage: Stage, task: Task, requests: number, laterMs: number): Promise<PausedChild> {
  const proxy = await startFaultProxy(stage.aws.dynamodbEndpoint);
  const enough = Promise.withResolvers<void>();
  let sent = 0;
  proxy.add({
    kind: 'slow',
    match: ({ op }: FaultCall) => {
      if (op !== 'BatchWriteItem' && !(task.keepNewest && op === 'PutItem')) return false;
      sent += 1;
      if (sent === requests) enough.resolve();
      return false;
    },
  });
  const program = fileURLToPath(new URL('stop-child.ts', import.meta.url));
  const child: ChildProcess = fork(program, [], {
    execArgv: ['--conditions=@millrace/source', '--no-warnings'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2000)));
  const exited = once(child, 'exit');
  await Promise.race([once(child, 'message'), exited]);
  let result: StopChildResult | undefined;
  child.on('message', (message: StopChildResult) => (result = message));
  child.send({
    ...task,
    dynamodbEndpoint: proxy.url,
    region: stage.aws.region,
    leaseMs: LEASE_MS,
  } satisfies StopChildTask);
  await Promise.race([enough.promise, exited]);
  if (laterMs > 0) await sleep(laterMs);
  const stopped = child.exitCode === null && result === undefined && child.kill('SIGSTOP');
  return {
    wasPaused: () => stopped,
    resume: () => void child.kill('SIGCONT'),
    ended: exited.then(async () => {
      await proxy.stop();
      return result;
    }),
    errors: () => errors,
  };
}
