import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Where files land, what they become, and what is kept about them. */
export class Storage extends Construct {
  /** Files arrive here, each under `prices/`. Versions are kept, so that a run reads what its event told of. */
  readonly landingBucket: Bucket;
  /** One item for each record. */
  readonly landingTable: TableV2;
  /** One entry for each version of an object: what became of it. */
  readonly ledgerTable: TableV2;
  /** Records that could not be delivered, with their raw text. */
  readonly quarantineBucket: Bucket;
  /** Inventories of the landing bucket, and reports of backlog jobs. */
  readonly reportsBucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { account, region } = Stack.of(this);
    this.landingBucket = this.#bucket('LandingBucket', {
      // A name that is known beforehand: the queue's policy names the bucket, and the bucket waits for that policy.
      bucketName: `prices-landing-${account}-${region}`,
      versioned: true,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
    });
    this.quarantineBucket = this.#bucket('QuarantineBucket');
    this.reportsBucket = this.#bucket('ReportsBucket', { lifecycleRules: [{ expiration: Duration.days(90) }] });

    const shared = {
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    this.landingTable = new TableV2(this, 'LandingTable', {
      ...shared,
      partitionKey: { name: 'uuid', type: AttributeType.STRING },
    });
    this.ledgerTable = new TableV2(this, 'LedgerTable', {
      ...shared,
      partitionKey: { name: 'object', type: AttributeType.STRING },
      sortKey: { name: 'version', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
    });
  }

  #bucket(id: string, props: BucketProps = {}): Bucket {
    return new Bucket(this, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...props,
    });
  }
}
