import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { dynamodbLedger } from '@millrace/dynamodb';
import type { S3Ref } from '@millrace/s3';
import { landingFeed } from './landing-feed.ts';

/**
 * The process that is killed: waits until it is told to go, then carries one object through the DynamoDB ledger until it
 * is done. Where the one before it still holds the item, it tries again until that one's lease has run out.
 */
export interface KillChildTask {
  readonly name: string;
  readonly s3Endpoint: string;
  readonly dynamodbEndpoint: string;
  readonly region: string;
  readonly ref: S3Ref;
  readonly table: string;
  readonly ledgerTable: string;
  readonly leaseMs: number;
  readonly checkpointRecords: number;
  readonly concurrency: number;
  /** Records of a pack. */
  readonly pack?: number | undefined;
}

const credentials = (): { accessKeyId: string; secretAccessKey: string } => ({
  accessKeyId: 'local',
  secretAccessKey: 'local',
});

async function carry(task: KillChildTask): Promise<void> {
  const { name, region, ref, table, ledgerTable, leaseMs, checkpointRecords, concurrency, pack } = task;
  const s3 = new S3Client({ endpoint: task.s3Endpoint, region, credentials: credentials(), forcePathStyle: true });
  const dynamodb = new DynamoDBClient({ endpoint: task.dynamodbEndpoint, region, credentials: credentials() });
  const feed = landingFeed({ name, s3, dynamodb, table, gzipped: true, concurrency, pack });
  const ledger = dynamodbLedger({ table: ledgerTable, client: dynamodb });
  for (;;) {
    const { reports } = await feed.run([ref], { ledger, leaseMs, checkpointRecords, onFailure: 'report' });
    const outcome = reports[0]?.outcome;
    if (outcome === 'complete' || outcome === 'duplicate') return;
    // A busy machine may lose its lease. A carrier would deliver the object again.
    const { error } = reports[0] ?? {};
    if (outcome !== 'held' && error?.retryable !== true) throw error ?? new Error('no report');
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
