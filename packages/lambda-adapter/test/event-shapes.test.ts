import { describe, expect, it } from 'vitest';
import { type ObjectEvent, readEvent } from '../src/index.ts';
import { readMapItems } from '../src/events/map-items.ts';
import { keyDecoders } from '../src/events/key-encodings.ts';
import {
  eventBridgeEvent,
  inventoryItem,
  listedItem,
  s3BatchEvent,
  SHAPES,
  snsEnvelope,
  snsEvent,
  sqsEvent,
  sqsMessage,
} from './carrier-payloads.ts';
import { AWKWARD_KEYS, s3Event, testEvent, withObjectMember } from './s3-payload.ts';

const VERSION = '096fKKXTRTtl3on89fVO.nfljtsv6qko';

function only(event: unknown): ObjectEvent {
  const arrivals = readEvent(event);
  expect(arrivals).toHaveLength(1);
  return arrivals[0]!;
}

describe.each(Object.entries(SHAPES))('%s', (_name, shape) => {
  it.each(AWKWARD_KEYS)('has the key as it is in the bucket: %j', (key) => {
    for (const versionId of [undefined, VERSION]) {
      const object = { bucket: 'drop.example', key, ...(versionId && { versionId }) };
      const arrival = only(shape(object));
      expect(arrival).toMatchObject({ kind: 'object', ref: object });
      if (versionId === undefined) expect('ref' in arrival && 'versionId' in arrival.ref).toBe(false);
    }
  });

  it('is plain JSON on its way', () => {
    const event = shape({ bucket: 'b', key: 'a b+c' });
    expect(readEvent(JSON.parse(JSON.stringify(event)))).toEqual(readEvent(event));
  });
});

describe('an S3 event of EventBridge', () => {
  it('tells version, ETag, size, sequencer and reason', () => {
    const object = { bucket: 'b', key: 'k', versionId: VERSION, size: 7, sequencer: '00A1' };
    expect(only(eventBridgeEvent({ ...object, eTag: 'abc-3' }))).toEqual({
      kind: 'object',
      eventName: 'Object Created:PutObject',
      ref: { ...object, etag: 'abc-3' },
    });
  });

  it.each(['Object Deleted', 'Object Tags Added', 'Object Restore Completed', 'Object Storage Class Changed'])(
    '%s is something else',
    (kind) => {
      expect(only(eventBridgeEvent({ key: 'a b' }, kind))).toEqual({
        kind: 'other',
        object: 's3://supplier-drop/a b',
        eventName: kind,
      });
    },
  );

  it.each<[unknown, string]>([
    ['1.0', 'object'],
    ['1.7', 'object'],
    [undefined, 'object'],
    ['2.0', 'unreadable'],
    ['10.0', 'unreadable'],
  ])('of version %j is %s', (version, kind) => {
    const event = eventBridgeEvent({ key: 'k' });
    const arrival = only({ ...event, detail: { ...(event['detail'] as object), 'event-version': version } });
    expect(arrival.kind).toBe(kind);
    if (arrival.kind === 'unreadable') expect(arrival.error.code).toBe('LAMBDA_EVENT_VERSION');
  });

  it('is unreadable where a rule has transformed its key away', () => {
    const event = { source: 'aws.s3', 'detail-type': 'Object Created', detail: { bucket: { name: 'b' } } };
    expect(only(event)).toMatchObject({ kind: 'unreadable', error: { code: 'LAMBDA_EVENT_UNKNOWN' } });
  });

  it('decodes its key where a store encodes it', () => {
    const event = eventBridgeEvent({ key: 'a+b%2Bc' });
    expect(readEvent(event, { keys: { eventBridge: 'form' } })).toMatchObject([{ ref: { key: 'a b+c' } }]);
  });
});

describe('s3:TestEvent', () => {
  it.each<[string, unknown]>([
    ['S3 itself', testEvent('b')],
    ['SQS', sqsEvent(sqsMessage(testEvent('b')))],
    ['SNS', snsEvent(testEvent('b'))],
    ['SNS in SQS', sqsEvent(sqsMessage(snsEnvelope(testEvent('b'))))],
  ])('is a test by %s', (_name, event) => {
    expect(only(event)).toEqual({ kind: 'test', object: 's3://b', eventName: 's3:TestEvent' });
  });
});

describe('a message', () => {
  it('may tell of several objects', () => {
    const event = sqsEvent(sqsMessage(s3Event({ key: 'a' }, { key: 'b' })), sqsMessage(s3Event({ key: 'c' })));
    expect(readEvent(event).map((one) => one.kind === 'object' && one.ref.key)).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, unknown, string]>([
    ['text', 'hello', 'a text that is no JSON'],
    ['nothing', '', 'a text that is no JSON'],
    ['a number', '5', 'a number'],
    ['null', 'null', 'null'],
    ['some object', { hello: 1 }, 'an object with the members hello'],
    ['no records', { Records: [] }, 'an event with no Records'],
    ['a batch of SQS', sqsEvent(sqsMessage(s3Event({ key: 'k' }))), 'an SQS event'],
    ['a request to subscribe', { Type: 'SubscriptionConfirmation', TopicArn: 'arn', Token: 't' }, 'SubscriptionConf'],
    ['another event', { source: 'aws.ec2', 'detail-type': 'x', detail: {} }, 'an EventBridge event ("x")'],
  ])('that holds %s is unreadable, and its neighbours are read', (_name, body, received) => {
    const arrivals = readEvent(
      sqsEvent(sqsMessage(s3Event({ key: 'a' })), sqsMessage(body, { messageId: 'm2' }), sqsMessage(testEvent())),
    );
    expect(arrivals).toMatchObject([
      { kind: 'object' },
      {
        kind: 'unreadable',
        object: 'sqs://m2',
        error: { code: 'LAMBDA_EVENT_UNKNOWN', message: expect.stringContaining(received) },
      },
      { kind: 'test' },
    ]);
  });

  it('of SNS that holds something else is unreadable alone', () => {
    expect(readEvent(snsEvent('hello', s3Event({ key: 'a' })))).toMatchObject([
      { kind: 'unreadable', object: 'sns://22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324' },
      { kind: 'object' },
    ]);
  });

  it('with a malformed key in it is unreadable', () => {
    const body = withObjectMember({ key: 'k' }, 'key', '100%');
    expect(only(sqsEvent(sqsMessage(body)))).toMatchObject({
      kind: 'unreadable',
      object: 's3://supplier-drop/100%',
      error: { code: 'LAMBDA_KEY_INVALID' },
    });
  });
});

describe('a task of S3 Batch Operations', () => {
  it.each([
    ['arn:aws:s3:::drop', 'drop'],
    ['arn:aws-cn:s3:::drop', 'drop'],
    ['arn:aws:s3express:eu-central-1:123456789012:bucket/drop--euc1-az1--x-s3', 'drop--euc1-az1--x-s3'],
    ['arn:aws:s3:us-east-1:0123456788:examplebucket', 'examplebucket'],
    [
      'arn:aws:s3:eu-central-1:123456789012:accesspoint/drops',
      'arn:aws:s3:eu-central-1:123456789012:accesspoint/drops',
    ],
  ])('takes the bucket from %s', (s3BucketArn, bucket) => {
    const event = s3BatchEvent('1.0', { key: 'k' }) as { tasks: object[] };
    const arrival = only({ ...event, tasks: [{ ...event.tasks[0], s3BucketArn }] });
    expect(arrival).toMatchObject({ kind: 'object', eventName: 'BatchOperationsTask', ref: { bucket } });
  });

  it.each(['3.0', '10.0', '0.9'])('of schema %s is refused', (invocationSchemaVersion) => {
    const event = { ...s3BatchEvent('1.0', { key: 'k' }), invocationSchemaVersion };
    expect(() => readEvent(event)).toThrow(expect.objectContaining({ code: 'LAMBDA_EVENT_VERSION' }));
  });

  it.each([{ s3Key: undefined }, { s3BucketArn: undefined }])('is unreadable with %j', (part) => {
    const event = s3BatchEvent('1.0', { key: 'k' }) as { tasks: object[] };
    expect(only({ ...event, tasks: [{ ...event.tasks[0], ...part }] })).toMatchObject({ kind: 'unreadable' });
  });
});

describe('an item of a Distributed Map', () => {
  const read = (event: unknown, bucket?: string) => readMapItems(event, keyDecoders(), bucket);

  it.each(AWKWARD_KEYS)('of a listing has its raw key, and its bucket from elsewhere: %j', (key) => {
    const item = listedItem({ key });
    const expected = [
      {
        kind: 'object',
        eventName: 'MapItem',
        ref: { bucket: 'drop', key, size: 1024, etag: 'd41d8cd98f00b204e9800998ecf8427e' },
      },
    ];
    expect(read(item, 'drop')).toEqual(expected);
    expect(read({ bucket: 'drop', item })).toEqual(expected);
    expect(read({ Bucket: 'drop', Value: item })).toEqual(expected);
    expect(read({ Items: [item], BatchInput: { bucket: 'drop' } })).toEqual(expected);
    expect(read({ Items: [{ bucket: 'drop', item }], BatchInput: {} })).toEqual(expected);
    expect(read({ Items: [item] }, 'drop')).toEqual(expected);
  });

  it('of an inventory has a size that is a number, and a delete marker is something else', () => {
    expect(read(inventoryItem({ key: 'k', versionId: VERSION, size: 42 }))).toMatchObject([
      { kind: 'object', ref: { versionId: VERSION, size: 42 } },
    ]);
    expect(read({ Bucket: 'b', Key: 'k', VersionId: VERSION, IsDeleteMarker: 'true' })).toEqual([
      { kind: 'other', object: 's3://b/k', eventName: 'DeleteMarker' },
    ]);
  });

  it('names its own bucket before any other', () => {
    const event = { Items: [{ bucket: 'own', key: 'k' }, { key: 'l' }], BatchInput: { bucket: 'common' } };
    expect(read(event, 'option')).toMatchObject([{ ref: { bucket: 'own' } }, { ref: { bucket: 'common' } }]);
  });

  it.each<[string, unknown]>([
    ['without a bucket', listedItem({ key: 'k' })],
    ['without a key', { Size: 5 }],
    ['that is a text', 'k'],
  ])('%s is unreadable alone', (_name, item) => {
    expect(read({ Items: [item, { bucket: 'b', key: 'k' }] })).toMatchObject([
      { kind: 'unreadable', error: { code: 'LAMBDA_EVENT_UNKNOWN' } },
      { kind: 'object' },
    ]);
  });
});
