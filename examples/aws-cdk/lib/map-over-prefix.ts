import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type CarrierFunction, FEED, FUNCTION_TIMEOUT } from './carrier-function.ts';
import type { Storage } from './storage.ts';

export interface MapOverPrefixProps {
  readonly storage: Storage;
  readonly carrier: CarrierFunction;
}

/** A Distributed Map over the objects under a prefix. Start it with `{ "prefix": "prices/2025/" }`. */
export class MapOverPrefix extends Construct {
  constructor(scope: Construct, id: string, { storage, carrier }: MapOverPrefixProps) {
    super(scope, id);
    const { landingBucket, reportsBucket } = storage;
    // A name, as its own role must name it: each child of the map is an execution of the same state machine.
    const name = 'prices-backlog';
    const stack = Stack.of(this);
    const arnOf = (resource: string, rest: string): string =>
      `arn:${stack.partition}:states:${stack.region}:${stack.account}:${resource}:${name}${rest}`;
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    const allow = (actions: string[], resources: string[]): void =>
      void role.addToPolicy(new PolicyStatement({ actions, resources }));
    allow(['s3:ListBucket'], [landingBucket.bucketArn]);
    allow(
      ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      [reportsBucket.arnForObjects('map/*')],
    );
    allow(['lambda:InvokeFunction'], [carrier.fn.functionArn]);
    allow(['states:StartExecution'], [arnOf('stateMachine', '')]);
    allow(['states:DescribeExecution', 'states:StopExecution'], [arnOf('execution', ':*')]);
    allow(['states:RedriveExecution'], [arnOf('execution', `/${FEED}:*`)]);

    const machine = new CfnStateMachine(this, 'StateMachine', {
      stateMachineName: name,
      roleArn: role.roleArn,
      definition: {
        StartAt: 'EachObject',
        States: {
          EachObject: {
            Type: 'Map',
            ItemReader: {
              Resource: 'arn:aws:states:::s3:listObjectsV2',
              Parameters: { Bucket: landingBucket.bucketName, 'Prefix.$': '$.prefix' },
            },
            ItemBatcher: { MaxItemsPerBatch: 20 },
            MaxConcurrency: 20,
            ToleratedFailurePercentage: 5,
            Label: FEED,
            ItemProcessor: {
              ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
              StartAt: 'Carry',
              States: {
                Carry: {
                  Type: 'Task',
                  Resource: 'arn:aws:states:::lambda:invoke',
                  Parameters: { FunctionName: carrier.fn.functionArn, 'Payload.$': '$' },
                  OutputPath: '$.Payload',
                  TimeoutSeconds: FUNCTION_TIMEOUT.plus(Duration.seconds(30)).toSeconds(),
                  // The ledger has a retry go on where the last one stopped, so that what does not fit one invocation fits several.
                  Retry: [
                    {
                      ErrorEquals: ['States.ALL'],
                      IntervalSeconds: 30,
                      BackoffRate: 2,
                      MaxAttempts: 5,
                      JitterStrategy: 'FULL',
                    },
                  ],
                  End: true,
                },
              },
            },
            ResultWriter: {
              Resource: 'arn:aws:states:::s3:putObject',
              Parameters: { Bucket: reportsBucket.bucketName, Prefix: 'map' },
            },
            End: true,
          },
        },
      },
    });
    machine.node.addDependency(role);
  }
}
