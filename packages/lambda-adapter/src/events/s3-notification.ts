import { MillraceError } from '@millrace/core';
import { toMillraceError } from '@millrace/core/plugin';
import { objectUri, type ObjectRef } from '../object-ref.ts';
import type { ObjectEvent } from './object-event.ts';
import { describeEvent } from './describe-event.ts';
import { checkEventVersion } from './event-version.ts';
import { member, text } from './fields.ts';
import type { KeyDecoders } from './key-encodings.ts';
import { refWith } from './object-members.ts';

/*
 * The S3 notification, as far as it is used:
 *
 *   { Records: [{ eventVersion, eventName, s3: { bucket: { name }, object: { key, size, eTag, versionId, sequencer } } }] }
 *   { Event: 's3:TestEvent', Bucket }
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */

/** The major version of the event structure that is understood. */
const EVENT_MAJOR = '2';

/** The records of an S3 notification, or `undefined` where the event is something else. */
export function readS3Notification(event: unknown, keys: KeyDecoders): readonly ObjectEvent[] | undefined {
  const test = member(event, 'Event');
  if (test === 's3:TestEvent') {
    return [{ kind: 'test', object: `s3://${text(member(event, 'Bucket')) ?? ''}`, eventName: test }];
  }
  const records = member(event, 'Records');
  if (!Array.isArray(records) || !records.some((record) => member(record, 's3') !== undefined)) return undefined;
  return records.map((record) => readRecord(record, keys.notification));
}

function readRecord(record: unknown, decodeKey: (encoded: string) => string): ObjectEvent {
  const s3 = member(record, 's3');
  const bucket = text(member(member(s3, 'bucket'), 'name'));
  const object = member(s3, 'object');
  const encodedKey = text(member(object, 'key'));
  const eventName = text(member(record, 'eventName'))?.replace(/^s3:/, '');
  if (bucket === undefined || encodedKey === undefined || eventName === undefined) {
    return { kind: 'unreadable', object: `s3://${bucket ?? ''}/${encodedKey ?? ''}`, error: notARecord(record) };
  }
  const encoded = { bucket, key: encodedKey };
  try {
    checkEventVersion(member(record, 'eventVersion'), EVENT_MAJOR);
    if (!eventName.startsWith('ObjectCreated:'))
      return { kind: 'other', object: nameOf(encoded, decodeKey), eventName };
    return { kind: 'object', ref: toRef(bucket, decodeKey(encodedKey), object), eventName };
  } catch (thrown) {
    const error = toMillraceError(thrown, 'LAMBDA_EVENT_UNKNOWN');
    return { kind: 'unreadable', object: objectUri(encoded), eventName, error };
  }
}

function toRef(bucket: string, key: string, object: unknown): ObjectRef {
  return refWith(bucket, key, {
    versionId: member(object, 'versionId'),
    etag: member(object, 'eTag'),
    size: member(object, 'size'),
    sequencer: member(object, 'sequencer'),
  });
}

/** The name of an object that only needs to be named, so a key that cannot be decoded is no reason to fail. */
function nameOf(
  { bucket, key }: { readonly bucket: string; readonly key: string },
  decodeKey: (encoded: string) => string,
): string {
  try {
    return objectUri({ bucket, key: decodeKey(key) });
  } catch {
    return objectUri({ bucket, key });
  }
}

function notARecord(record: unknown): MillraceError {
  return new MillraceError(
    'LAMBDA_EVENT_UNKNOWN',
    'A record of the event needs eventName, s3.bucket.name and s3.object.key to be an S3 notification; received ' +
      `${describeEvent({ Records: [record] })}.`,
  );
}
