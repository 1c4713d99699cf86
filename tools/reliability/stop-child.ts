import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbLedger } from '@millrace/dynamodb';
import { type VersionedFeedOptions, versionedFeed } from './versioned-feed.ts';

/** The process that is paused: carries version 1 of the object until it is done or must stop. */
export interface StopChildTask extends Omit<VersionedFeedOptions, 'dynamodb'> {
  readonly dynamodbEndpoint: string;
  readonly region: string;
  readonly ledgerTable: string;
  readonly leaseMs: number;
}

/** How it ended. */
export interface StopChildResult {
  readonly outcome: string | undefined;
  readonly code: string | undefined;
}

async function carry({
  dynamodbEndpoint,
  region,
  ledgerTable,
  leaseMs,
  ...rest
}: StopChildTask): Promise<StopChildResult> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const dynamodb = new DynamoDBClient({ endpoint: dynamodbEndpoint, region, credentials });
  const ledger = dynamodbLedger({ table: ledgerTable, client: dynamodb });
  const { reports } = await versionedFeed({ ...rest, dynamodb }).run([1], { ledger, leaseMs, onFailure: 'report' });
  return { outcome: reports[0]?.outcome, code: reports[0]?.error?.code };
}

// Whatever becomes of the parent, this process ends.
process.on('disconnect', () => process.exit(2));
process.on('message', (task: StopChildTask) => {
  carry(task).then(
    (result) => process.send?.(result, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
