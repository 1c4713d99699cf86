import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type CarrierFunction, FEED, FUNCTION_TIMEOUT } from './carrier-function.ts';
import type { Storage } from './storage.ts';

export interface ArrivalsProps {
  readonly storage: Storage;
  readonly carrier: CarrierFunction;
}

/** From the notification of a bucket through a queue to the function. */
export class Arrivals extends Construct {
  readonly queue: Queue;
  /** Messages that failed five times. */
  readonly deadLetters: Queue;
  /** Asynchronous invocations that failed, such as those that an operator starts by hand. */
  readonly failedInvocations: Queue;

  constructor(scope: Construct, id: string, { storage: { landingBucket }, carrier }: ArrivalsProps) {
    super(scope, id);
    this.deadLetters = this.#queue('DeadLetters', { retentionPeriod: Duration.days(14) });
    this.failedInvocations = this.#queue('FailedInvocations', { retentionPeriod: Duration.days(14) });
    this.queue = this.#queue('Queue', {
      // As AWS asks for: a throttled function is tried again inside this time, and no second one gets the message.
      visibilityTimeout: Duration.seconds(6 * FUNCTION_TIMEOUT.toSeconds()),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
    carrier.fn.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 10,
        // Without it Lambda deletes the whole batch, whatever the function answers.
        reportBatchItemFailures: true,
        maxConcurrency: 20,
      }),
    );
    carrier.fn.configureAsyncInvoke({ onFailure: new SqsDestination(this.failedInvocations), retryAttempts: 2 });

    // Named by hand, as the bucket is made after the policy.
    const { account, partition } = Stack.of(this);
    const bucketName = (landingBucket.node.defaultChild as CfnBucket).bucketName!;
    const allowed = this.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: {
          ArnEquals: { 'aws:SourceArn': `arn:${partition}:s3:::${bucketName}` },
          StringEquals: { 'aws:SourceAccount': account },
        },
      }),
    );
    // Bucket.addEventNotification would bring a function of CDK's own, which may change every bucket of the account.
    const bucket = landingBucket.node.defaultChild as CfnBucket;
    bucket.notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: this.queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: `${FEED}/` }] } },
        },
      ],
    };
    if (allowed.policyDependable !== undefined) landingBucket.node.addDependency(allowed.policyDependable);
  }

  #queue(id: string, props: QueueProps): Queue {
    return new Queue(this, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...props,
    });
  }
}
