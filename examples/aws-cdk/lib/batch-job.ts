import { CfnOutput, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { type CarrierFunction, FEED } from './carrier-function.ts';
import type { Storage } from './storage.ts';

export interface BatchJobProps {
  readonly storage: Storage;
  readonly carrier: CarrierFunction;
}

/**
 * A daily inventory of the landing bucket, and the definition of a job of S3 Batch Operations over one. CloudFormation has
 * no resource for a job, so the definition is an output: fill in ARN and ETag of an inventory's `manifest.json`, and hand
 * it to `aws s3control create-job --cli-input-json`.
 */
export class BatchJob extends Construct {
  constructor(scope: Construct, id: string, { storage, carrier }: BatchJobProps) {
    super(scope, id);
    const { landingBucket, reportsBucket } = storage;
    const { account, partition } = Stack.of(this);
    const landing = landingBucket.node.defaultChild as CfnBucket;
    landing.inventoryConfigurations = [
      {
        id: FEED,
        enabled: true,
        includedObjectVersions: 'Current',
        scheduleFrequency: 'Daily',
        prefix: `${FEED}/`,
        destination: {
          bucketArn: reportsBucket.bucketArn,
          bucketAccountId: account,
          format: 'CSV',
          prefix: 'inventory',
        },
      },
    ];
    reportsBucket.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [reportsBucket.arnForObjects('inventory/*')],
        conditions: {
          ArnEquals: { 'aws:SourceArn': `arn:${partition}:s3:::${landing.bucketName}` },
          StringEquals: { 'aws:SourceAccount': account },
        },
      }),
    );

    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('batchoperations.s3.amazonaws.com') });
    const allow = (actions: string[], resources: string[]): void =>
      void role.addToPolicy(new PolicyStatement({ actions, resources }));
    allow(['lambda:InvokeFunction'], [carrier.fn.functionArn]);
    allow(['s3:GetObject', 's3:GetObjectVersion'], [reportsBucket.arnForObjects('inventory/*')]);
    allow(['s3:PutObject'], [reportsBucket.arnForObjects('jobs/*')]);

    new CfnOutput(this, 'Definition', {
      description: 'Input of aws s3control create-job, but for the manifest',
      value: Stack.of(this).toJsonString({
        AccountId: account,
        ConfirmationRequired: true,
        Description: `The backlog of ${FEED}`,
        Operation: { LambdaInvoke: { FunctionArn: carrier.fn.functionArn, InvocationSchemaVersion: '2.0' } },
        Manifest: {
          Spec: { Format: 'S3InventoryReport_CSV_20211130' },
          Location: { ObjectArn: 'ARN of manifest.json', ETag: 'ETag of manifest.json' },
        },
        Report: {
          Bucket: reportsBucket.bucketArn,
          Prefix: 'jobs',
          Format: 'Report_CSV_20180820',
          Enabled: true,
          ReportScope: 'AllTasks',
        },
        Priority: 10,
        RoleArn: role.roleArn,
      }),
    });
  }
}
