import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { dynamodbLedger } from '@millrace/dynamodb';
import type { S3Ref } from '@millrace/s3';
import { landingFeed, naturalKeyOf } from './landing-feed.ts';

/**
 * The process that is killed: waits for its task, then carries the objects in one run session through the DynamoDB ledger until
 * they are done. If the process before it still holds an object, it tries again until that one's lease has run out.
 */
export interface KillChildTask {
  readonly name: string;
  readonly s3Endpoint: string;
  readonly dynamodbEndpoint: string;
  readonly region: string;
  readonly refs: readonly S3Ref[];
  readonly table: string;
  readonly ledgerTable: string;
  readonly leaseMs: number;
  readonly checkpointRecords: number;
  readonly concurrency: number;
  /** Records of a pack. */
  readonly pack?: number | undefined;
  /** Whether records have natural keys. */
  readonly natural: boolean;
}

const credentials = (): { accessKeyId: string; secretAccessKey: string } => ({
  accessKeyId: 'local',
  secretAccessKey: 'local',
});

async function carry(task: KillChildTask): Promise<void> {
  const { name, region, refs, table, ledgerTable, leaseMs, checkpointRecords, concurrency, pack, natural } = task;
  const s3 = new S3Client({ endpoint: task.s3Endpoint, region, credentials: credentials(), forcePathStyle: true });
  const dynamodb = new DynamoDBClient({ endpoint: task.dynamodbEndpoint, region, credentials: credentials() });
  const key = natural ? naturalKeyOf : undefined;
  const feed = landingFeed({ name, s3, dynamodb, table, gzipped: true, concurrency, pack, key });
  const ledger = dynamodbLedger({ table: ledgerTable, client: dynamodb });
  const options = { ledger, leaseMs, checkpointRecords, concurrency: refs.length, onFailure: 'report' } as const;
  for (;;) {
    const { reports } = await feed.run(refs, options);
    const open = reports.filter(({ outcome }) => outcome !== 'complete' && outcome !== 'duplicate');
    if (reports.length === refs.length && open.length === 0) return;
    // A busy machine may lose its lease. A carrier would deliver the object again.
    const failed = open.find(({ outcome, error }) => outcome !== 'held' && error?.retryable !== true);
    if (failed !== undefined) throw failed.error ?? new Error(`${failed.ref} is ${failed.outcome}`);
    await sleep(20);
  }
}

// Whatever becomes of the parent, this process ends.
process.on('disconnect', () => process.exit(2));
setTimeout(() => process.exit(3), 300_000).unref();
process.on('message', (task: KillChildTask) => {
  carry(task).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
