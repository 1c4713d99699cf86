import { MillraceError } from '@millrace/core';
import { toMillraceError } from '@millrace/core/plugin';
import { objectUri } from '../object-ref.ts';
import type { ObjectEvent } from './object-event.ts';
import { checkEventVersion } from './event-version.ts';
import { member, text } from './fields.ts';
import type { KeyDecoders } from './key-encodings.ts';
import { refWith } from './object-members.ts';

/*
 * An S3 event of EventBridge, as far as it is used:
 *
 *   { source: 'aws.s3', 'detail-type': 'Object Created', detail: { 'event-version', bucket: { name }, reason,
 *     object: { key, size, etag, 'version-id', sequencer } } }
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */

/** The major version of the events' schema that is understood; older events had none. */
const EVENT_MAJOR = '1';

/** The S3 event of EventBridge, or `undefined` where the value is something else. */
export function readEventBridge(event: unknown, keys: KeyDecoders): readonly ObjectEvent[] | undefined {
  const { kind, detail } = isDetail(event)
    ? { kind: 'Object Created', detail: event }
    : { kind: text(member(event, 'detail-type')), detail: member(event, 'detail') };
  if (detail !== event && member(event, 'source') !== 'aws.s3') return undefined;
  if (kind?.startsWith('Object ') !== true) return undefined;
  const object = member(detail, 'object');
  const bucket = text(member(member(detail, 'bucket'), 'name'));
  const encodedKey = text(member(object, 'key'));
  const uri = objectUri({ bucket: bucket ?? '', key: encodedKey ?? '' });
  const reason = text(member(detail, 'reason'));
  if (kind !== 'Object Created') return [{ kind: 'other', object: uri, eventName: kind }];
  const eventName = reason === undefined ? kind : `${kind}:${reason}`;
  if (bucket === undefined || encodedKey === undefined) {
    return [{ kind: 'unreadable', object: uri, eventName, error: incomplete() }];
  }
  try {
    checkEventVersion(member(detail, 'event-version'), EVENT_MAJOR);
    const ref = refWith(bucket, keys.eventBridge(encodedKey), {
      versionId: member(object, 'version-id'),
      etag: member(object, 'etag'),
      size: member(object, 'size'),
      sequencer: member(object, 'sequencer'),
    });
    return [{ kind: 'object', ref, eventName }];
  } catch (thrown) {
    return [{ kind: 'unreadable', object: uri, eventName, error: toMillraceError(thrown, 'LAMBDA_KEY_INVALID') }];
  }
}

/** What S3 writes into an event about a new object, and into no other. */
const REASONS: ReadonlySet<unknown> = new Set(['PutObject', 'POST Object', 'CopyObject', 'CompleteMultipartUpload']);

/** The detail alone, as a rule or a pipe passes it on whose input path is `$.detail`. */
function isDetail(event: unknown): boolean {
  const hasObject = text(member(member(event, 'object'), 'key')) !== undefined;
  return (
    hasObject && text(member(member(event, 'bucket'), 'name')) !== undefined && REASONS.has(member(event, 'reason'))
  );
}

function incomplete(): MillraceError {
  return new MillraceError(
    'LAMBDA_EVENT_UNKNOWN',
    'An "Object Created" event of EventBridge needs detail.bucket.name and detail.object.key. Check whether the rule ' +
      'transforms its input.',
  );
}
