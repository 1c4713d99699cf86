import type { ProjectNames } from './names.ts';

/** Writes a SAM template: bucket, queue, function, tables and the quarantine. It is the short form of the repository's example. */
export function samTemplate({ feed }: ProjectNames): string {
  return TEMPLATE.replaceAll('FEED', feed);
}

const TEMPLATE = `AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Description: The feed FEED with all that it takes to run it.

Resources:
  # Files arrive here, each under FEED/. Versions are kept, so that a run reads the version that its event names.
  LandingBucket:
    Type: AWS::S3::Bucket
    DependsOn: QueuePolicy
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BucketName: !Sub FEED-landing-\${AWS::AccountId}-\${AWS::Region}
      VersioningConfiguration: { Status: Enabled }
      NotificationConfiguration:
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Queue: !GetAtt Queue.Arn
            Filter: { S3Key: { Rules: [{ Name: prefix, Value: FEED/ }] } }
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
        IgnorePublicAcls: true
        RestrictPublicBuckets: true

  # Records that could not be delivered, with their raw text.
  QuarantineBucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
        IgnorePublicAcls: true
        RestrictPublicBuckets: true

  LandingTable:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: uuid, AttributeType: S }]
      KeySchema: [{ AttributeName: uuid, KeyType: HASH }]
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }

  LedgerTable:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: object, AttributeType: S }
        - { AttributeName: version, AttributeType: S }
      KeySchema:
        - { AttributeName: object, KeyType: HASH }
        - { AttributeName: version, KeyType: RANGE }
      TimeToLiveSpecification: { AttributeName: expiresAt, Enabled: true }

  Queue:
    Type: AWS::SQS::Queue
    Properties:
      # Six times the function's time: a throttled function is tried again within it, and no second one gets the message.
      VisibilityTimeout: 1800
      MessageRetentionPeriod: 1209600
      SqsManagedSseEnabled: true
      RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 5 }

  # Messages that failed five times.
  DeadLetters:
    Type: AWS::SQS::Queue
    Properties: { MessageRetentionPeriod: 1209600, SqsManagedSseEnabled: true }

  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Service: s3.amazonaws.com }
            Action: sqs:SendMessage
            Resource: !GetAtt Queue.Arn
            Condition:
              ArnEquals:
                aws:SourceArn: !Sub arn:\${AWS::Partition}:s3:::FEED-landing-\${AWS::AccountId}-\${AWS::Region}
              StringEquals: { aws:SourceAccount: !Ref AWS::AccountId }

  Carrier:
    Type: AWS::Serverless::Function
    Properties:
      # Made by \`npm run bundle\`, so that \`sam build\` is not needed.
      CodeUri: dist
      Handler: index.handler
      Runtime: nodejs24.x
      Architectures: [arm64]
      MemorySize: 1769
      Timeout: 300
      Environment:
        Variables:
          LANDING_TABLE: !Ref LandingTable
          LEDGER_TABLE: !Ref LedgerTable
          QUARANTINE_BUCKET: !Ref QuarantineBucket
      Policies:
        - Version: '2012-10-17'
          Statement:
            # Without s3:ListBucket, S3 would respond with 403 for an object that is gone.
            - {
                Effect: Allow,
                Action: s3:ListBucket,
                Resource: !Sub 'arn:\${AWS::Partition}:s3:::FEED-landing-\${AWS::AccountId}-\${AWS::Region}',
              }
            - Effect: Allow
              Action: [s3:GetObject, s3:GetObjectVersion]
              Resource: !Sub arn:\${AWS::Partition}:s3:::FEED-landing-\${AWS::AccountId}-\${AWS::Region}/FEED/*
            - Effect: Allow
              Action: [dynamodb:BatchWriteItem, dynamodb:DescribeTable]
              Resource: !GetAtt LandingTable.Arn
            - Effect: Allow
              Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query]
              Resource: !GetAtt LedgerTable.Arn
            - { Effect: Allow, Action: s3:PutObject, Resource: !Sub '\${QuarantineBucket.Arn}/quarantine/FEED/*' }
      Events:
        Arrival:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 10
            # Without it Lambda deletes the whole batch, whatever the function returns.
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: { MaximumConcurrency: 20 }
`;
