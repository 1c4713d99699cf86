import { encodeKey, type PayloadObject, s3Event, sizeOf } from './s3-payload.ts';

/** What carries news of objects to a function, with every member that AWS documents. */

export interface SqsMessageOptions {
  readonly messageId?: string;
  /** Makes it a message of a FIFO queue. */
  readonly group?: string;
  readonly queueArn?: string;
}

export function sqsMessage(body: unknown, options: SqsMessageOptions = {}): Record<string, unknown> {
  const { messageId = '059f36b4-87a3-44ab-83d2-661975830a7d', group } = options;
  const queueArn = options.queueArn ?? `arn:aws:sqs:eu-central-1:123456789012:${group ? 'drops.fifo' : 'drops'}`;
  return {
    messageId,
    receiptHandle: `handle of ${messageId}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1545082649183',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1545082649185',
      ...(group && {
        MessageGroupId: group,
        SequenceNumber: '18849496460467696128',
        MessageDeduplicationId: messageId,
      }),
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: 'eu-central-1',
  };
}

export function sqsEvent(...messages: readonly unknown[]): { readonly Records: readonly unknown[] } {
  return { Records: messages };
}

/** What SNS posts to a queue without raw delivery. */
export function snsEnvelope(message: unknown): Record<string, unknown> {
  return {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: 'arn:aws:sns:eu-central-1:123456789012:drops',
    Subject: 'Amazon S3 Notification',
    Message: typeof message === 'string' ? message : JSON.stringify(message),
    Timestamp: '2026-11-22T09:30:13.000Z',
    SignatureVersion: '1',
    Signature: 'EXAMPLEw6JRN...',
    SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-example.pem',
    UnsubscribeURL: 'https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe',
  };
}

/** What SNS invokes a function with. */
export function snsEvent(...messages: readonly unknown[]): { readonly Records: readonly unknown[] } {
  return {
    Records: messages.map((message) => {
      const { SigningCertURL, UnsubscribeURL, ...sns } = snsEnvelope(message);
      return {
        EventVersion: '1.0',
        EventSubscriptionArn: 'arn:aws:sns:eu-central-1:123456789012:drops:21be56ed-a058-49f5-8c98-aedd2564c486',
        EventSource: 'aws:sns',
        Sns: { ...sns, SigningCertUrl: SigningCertURL, UnsubscribeUrl: UnsubscribeURL, MessageAttributes: {} },
      };
    }),
  };
}

export function eventBridgeEvent(object: PayloadObject, detailType = 'Object Created'): Record<string, unknown> {
  const { bucket = 'supplier-drop', key, versionId } = object;
  return {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': detailType,
    source: 'aws.s3',
    account: '123456789012',
    time: '2026-11-22T09:30:12Z',
    region: 'eu-central-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      'event-version': '1.0',
      bucket: { name: bucket },
      object: {
        key,
        ...sizeOf(object),
        etag: object.eTag ?? 'd41d8cd98f00b204e9800998ecf8427e',
        ...(versionId && { 'version-id': versionId }),
        sequencer: object.sequencer ?? '0055AED6DCD90281E5',
      },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '123456789012',
      'source-ip-address': '192.0.2.17',
      ...(detailType === 'Object Created' && { reason: 'PutObject' }),
    },
  };
}

export function s3BatchEvent(schema: '1.0' | '2.0', ...objects: readonly PayloadObject[]): Record<string, unknown> {
  const userArguments = schema === '2.0' ? { userArguments: { MyDestinationBucket: 'landing' } } : {};
  return {
    invocationSchemaVersion: schema,
    invocationId: 'YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo',
    job: { id: 'f3cc4f60-61f6-4a2b-8a21-d07600c373ce', ...userArguments },
    tasks: objects.map(({ bucket = 'supplier-drop', key, versionId = null }, index) => ({
      taskId: `dGFza2lkZ29lc2hlcmUK${index}`,
      s3Key: encodeKey(key),
      s3VersionId: versionId,
      ...(schema === '1.0' ? { s3BucketArn: `arn:aws:s3:::${bucket}` } : { s3Bucket: bucket }),
    })),
  };
}

/** An object as a Distributed Map reads it from a listing: without its bucket. */
export function listedItem(object: PayloadObject): unknown {
  const { key, eTag = 'd41d8cd98f00b204e9800998ecf8427e' } = object;
  const { size } = sizeOf(object);
  const Size = size === undefined ? {} : { Size: size };
  return { Etag: `"${eTag}"`, Key: key, LastModified: 1_763_800_212, ...Size, StorageClass: 'STANDARD' };
}

/** An object as a Distributed Map reads it from a manifest of S3 Inventory: all text. */
export function inventoryItem(object: PayloadObject): unknown {
  const { bucket = 'supplier-drop', key, versionId, size, eTag = 'd41d8cd98f00b204e9800998ecf8427e' } = object;
  return {
    Bucket: bucket,
    Key: key,
    ...(versionId && { VersionId: versionId, IsLatest: 'true', IsDeleteMarker: 'false' }),
    ...(size !== undefined && { Size: String(size) }),
    LastModifiedDate: '2026-11-22T09:30:12.000Z',
    ETag: eTag,
    StorageClass: 'STANDARD',
  };
}

/** Every shape in which an object may be told, each as a whole event. */
export const SHAPES: Readonly<Record<string, (object: PayloadObject) => unknown>> = {
  'S3 itself': s3Event,
  'S3 in SQS': (object) => sqsEvent(sqsMessage(s3Event(object))),
  'S3 in SNS': (object) => snsEvent(s3Event(object)),
  'S3 in SNS in SQS': (object) => sqsEvent(sqsMessage(snsEnvelope(s3Event(object)))),
  'S3 in SNS in SQS, raw delivery': (object) => sqsEvent(sqsMessage(s3Event(object))),
  'S3 in SQS FIFO': (object) => sqsEvent(sqsMessage(s3Event(object), { group: 'g' })),
  EventBridge: (object) => eventBridgeEvent(object),
  'EventBridge in SQS': (object) => sqsEvent(sqsMessage(eventBridgeEvent(object))),
  'EventBridge in SNS': (object) => snsEvent(eventBridgeEvent(object)),
  'EventBridge in SNS in SQS': (object) => sqsEvent(sqsMessage(snsEnvelope(eventBridgeEvent(object)))),
  'S3 Batch Operations 1.0': (object) => s3BatchEvent('1.0', object),
  'S3 Batch Operations 2.0': (object) => s3BatchEvent('2.0', object),
  'an inventory item': inventoryItem,
  'an item beside its bucket': (object) => ({ bucket: object.bucket, item: inventoryItem(object) }),
  'items of ItemBatcher': (object) => ({ Items: [inventoryItem(object)] }),
  'a reference': ({ bucket, key, versionId }) => [{ bucket, key, ...(versionId && { versionId }) }],
  'references of an object': ({ bucket, key, versionId }) => ({
    objects: [{ bucket, key, ...(versionId && { versionId }) }],
  }),
  'a reference in SQS': ({ bucket, key, versionId }) =>
    sqsEvent(sqsMessage([{ bucket, key, ...(versionId && { versionId }) }])),
};
