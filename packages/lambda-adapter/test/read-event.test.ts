import { describe, expect, it } from 'vitest';
import { type ObjectEvent, readEvent } from '../src/index.ts';
import { AWKWARD_KEYS, s3Event, s3Record, testEvent, withObjectMember } from './s3-payload.ts';

function only(event: unknown): ObjectEvent {
  const events = readEvent(event);
  expect(events).toHaveLength(1);
  return events[0]!;
}

describe('the reference', () => {
  it('holds version, ETag, size and sequencer', () => {
    const object = { bucket: 'b', key: 'k', versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko', size: 7, sequencer: '00A1' };
    expect(only(s3Event({ ...object, eTag: 'abc-3' }))).toEqual({
      kind: 'object',
      eventName: 'ObjectCreated:Put',
      ref: { ...object, etag: 'abc-3' },
    });
  });

  it.each(AWKWARD_KEYS)('has the key as it is in the bucket: %j', (key) => {
    expect(only(s3Event({ key }))).toMatchObject({ kind: 'object', ref: { key } });
  });

  it('has an ETag without quotes', () => {
    expect(only(s3Event({ key: 'k', eTag: '"abc"' }))).toMatchObject({ ref: { etag: 'abc' } });
  });

  it('leaves out what the event does not tell', () => {
    const bare = { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'b' }, object: { key: 'k' } } }] };
    expect(only(bare)).toEqual({ kind: 'object', eventName: 'ObjectCreated:Put', ref: { bucket: 'b', key: 'k' } });
  });

  it.each([null, ''])('has no version where the event says %j, as for buckets without versions', (versionId) => {
    const event = only(s3Event({ key: 'k', versionId }));
    expect(event.kind === 'object' && 'versionId' in event.ref).toBe(false);
  });

  it('has no size where the event has none that is a number', () => {
    const event = only(withObjectMember({ key: 'k' }, 'size', '1024'));
    expect(event.kind === 'object' && 'size' in event.ref).toBe(false);
  });

  it('keeps a size of 0', () => {
    expect(only(s3Event({ key: 'k', size: 0 }))).toMatchObject({ ref: { size: 0 } });
  });
});

describe('the kind of event', () => {
  it.each(['Put', 'Post', 'Copy', 'CompleteMultipartUpload'])('ObjectCreated:%s is a new object', (name) => {
    expect(only(s3Event({ key: 'k', eventName: `ObjectCreated:${name}` }))).toMatchObject({ kind: 'object' });
    expect(only(s3Event({ key: 'k', eventName: `s3:ObjectCreated:${name}` }))).toMatchObject({
      kind: 'object',
      eventName: `ObjectCreated:${name}`,
    });
  });

  it.each([
    'ObjectRemoved:Delete',
    'ObjectRemoved:DeleteMarkerCreated',
    'ObjectRestore:Completed',
    'ObjectTagging:Put',
    'ObjectAcl:Put',
    'LifecycleExpiration:Delete',
    'Replication:OperationFailedReplication',
    'IntelligentTiering',
    'ReducedRedundancyLostObject',
    'ObjectCreatedBySomethingNew',
  ])('%s is something else', (eventName) => {
    expect(only(s3Event({ key: 'a b', eventName, eventVersion: '2.3' }))).toEqual({
      kind: 'other',
      object: 's3://supplier-drop/a b',
      eventName,
    });
  });

  it('names the object of another event even where its key cannot be decoded', () => {
    const event = withObjectMember({ key: 'k', eventName: 'ObjectRemoved:Delete' }, 'key', '100%');
    expect(only(event)).toMatchObject({ kind: 'other', object: 's3://supplier-drop/100%' });
  });

  it('s3:TestEvent is a test', () => {
    expect(only(testEvent('b'))).toEqual({ kind: 'test', object: 's3://b', eventName: 's3:TestEvent' });
  });
});

describe('the version of the event', () => {
  it.each(['2.0', '2.1', '2.4', '2.17', undefined, null])('%j is understood', (eventVersion) => {
    expect(only({ Records: [{ ...s3Record({ key: 'k' }), eventVersion }] })).toMatchObject({ kind: 'object' });
  });

  it.each(['3.0', '1.0', '22.0', '', 2, {}])('%j is refused', (eventVersion) => {
    expect(only({ Records: [{ ...s3Record({ key: 'k' }), eventVersion }] })).toMatchObject({
      kind: 'unreadable',
      object: 's3://supplier-drop/k',
      error: { code: 'LAMBDA_EVENT_VERSION', details: { eventVersion } },
    });
  });
});

describe('a record that cannot be read', () => {
  it('fails alone where its key is malformed', () => {
    const [good] = s3Event({ key: 'good' }).Records;
    const [bad] = (withObjectMember({ key: 'k' }, 'key', 'bad%') as { Records: unknown[] }).Records;
    expect(readEvent({ Records: [bad, good] })).toMatchObject([
      { kind: 'unreadable', object: 's3://supplier-drop/bad%', error: { code: 'LAMBDA_KEY_INVALID' } },
      { kind: 'object', ref: { key: 'good' } },
    ]);
  });

  it.each([
    ['no key', withObjectMember({ key: 'k' }, 'key', undefined), 'Records of aws:s3'],
    ['a key that is a number', withObjectMember({ key: 'k' }, 'key', 5), 'Records of aws:s3'],
    ['no event name', { Records: [{ ...s3Record({ key: 'k' }), eventName: undefined }] }, 'Records of aws:s3'],
    [
      'no bucket',
      { Records: [{ eventName: 'ObjectCreated:Put', s3: { object: { key: 'k' } } }] },
      'members eventName, s3',
    ],
  ])('with %s, is unknown', (_what, event, received) => {
    expect(only(event)).toMatchObject({
      kind: 'unreadable',
      error: { code: 'LAMBDA_EVENT_UNKNOWN', message: expect.stringContaining(received) },
    });
  });

  it('is told apart from its neighbours by what it is', () => {
    const sqs = { messageId: 'm', body: '{}', eventSource: 'aws:sqs' };
    const [first, second, third] = readEvent({ Records: [s3Record({ key: 'k' }), sqs, null] });
    expect(first).toMatchObject({ kind: 'object' });
    expect(second).toMatchObject({ kind: 'unreadable', error: { message: expect.stringContaining('an SQS event') } });
    expect(third).toMatchObject({ kind: 'unreadable', error: { code: 'LAMBDA_EVENT_UNKNOWN' } });
  });
});

describe('an event that tells of no objects', () => {
  it.each([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['text', '{"Records":[]}', 'a string'],
    ['an array', [1, 2], 'an array of 2'],
    ['an empty object', {}, 'an object with no members'],
    ['some object', { foo: 1, bar: 2 }, 'an object with the members foo, bar'],
    ['no records', { Records: [] }, 'an event with no Records'],
    ['odd records', { Records: [7] }, 'Records of an object with no members'],
    ['SQS without ids', { Records: [{ body: '{}', eventSource: 'aws:sqs' }] }, 'an SQS event'],
    ['SNS without content', { Records: [{ EventSource: 'aws:sns' }] }, 'an SNS event'],
    ['Kinesis', { Records: [{ eventSource: 'aws:kinesis', kinesis: {} }] }, 'Records of aws:kinesis'],
    [
      'EventBridge',
      { source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification', detail: {} },
      'an EventBridge event ("EC2 Instance',
    ],
    ['S3 Batch', { invocationSchemaVersion: '1.0', tasks: [] }, 'a task of S3 Batch Operations'],
    ['no items', { Items: [] }, 'the items of a Distributed Map'],
    ['an item without a key', { item: { Size: 5 } }, 'an object with the members item'],
    ['another test', { Event: 's3:Other' }, 'an object with the members Event'],
  ])('%s is refused and named', (_what, event, received) => {
    expect(() => readEvent(event)).toThrow(
      expect.objectContaining({
        code: 'LAMBDA_EVENT_UNKNOWN',
        message: expect.stringContaining(`received ${received}`),
      }),
    );
  });

  it('is named in few words, however large it is', () => {
    const large = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`${n}`.padStart(500, 'x'), 'secret']));
    const message = (() => {
      try {
        readEvent(large);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    })();
    expect(message.length).toBeGreaterThan(0);
    expect(message.length).toBeLessThan(700);
    expect(message).not.toContain('secret');
  });
});
