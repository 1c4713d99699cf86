import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Storage } from './storage.ts';

/** What one invocation has. Queues must hide a message for six times as long. */
export const FUNCTION_TIMEOUT: Duration = Duration.minutes(5);

/** The name of the feed: it is the prefix of its files, and the dimension of its metrics. */
export const FEED = 'prices';

export interface CarrierFunctionProps {
  /** Folder with the bundle. */
  readonly code: string;
  /** The export that handles events. */
  readonly handler: 'fromQueue' | 'fromMap' | 'fromBatch';
  readonly storage: Storage;
}

/** A function that carries objects into the landing table, with a role that can do this and nothing else. */
export class CarrierFunction extends Construct {
  readonly fn: LambdaFunction;

  constructor(scope: Construct, id: string, { code, handler, storage }: CarrierFunctionProps) {
    super(scope, id);
    const { landingBucket, landingTable, ledgerTable, quarantineBucket } = storage;
    const logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.THREE_MONTHS });
    // A role of its own: the managed policy that a role gets by default may write every log of the account.
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    const allow = (actions: string[], resources: string[]): void =>
      void role.addToPolicy(new PolicyStatement({ actions, resources }));
    // Without s3:ListBucket, S3 would answer 403 for an object that is gone.
    allow(['s3:ListBucket'], [landingBucket.bucketArn]);
    allow(['s3:GetObject', 's3:GetObjectVersion'], [landingBucket.arnForObjects(`${FEED}/*`)]);
    // DescribeTable tells an item that the table refuses from a table that has another key.
    allow(['dynamodb:BatchWriteItem', 'dynamodb:DescribeTable'], [landingTable.tableArn]);
    allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], [ledgerTable.tableArn]);
    allow(['s3:PutObject'], [quarantineBucket.arnForObjects(`quarantine/${FEED}/*`)]);

    this.fn = new LambdaFunction(this, 'Function', {
      code: Code.fromAsset(code),
      handler: `index.${handler}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // A processor of its own comes with 1,769 MB; a function with less waits longer for the same work.
      memorySize: 1769,
      timeout: FUNCTION_TIMEOUT,
      role,
      logGroup,
      environment: {
        LANDING_BUCKET: landingBucket.bucketName,
        LANDING_TABLE: landingTable.tableName,
        LEDGER_TABLE: ledgerTable.tableName,
        QUARANTINE_BUCKET: quarantineBucket.bucketName,
      },
    });
  }
}
