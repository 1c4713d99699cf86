import { MillraceError } from '@millrace/core';
import { toMillraceError } from '@millrace/core/plugin';
import { objectUri, type ObjectRef } from '../object-ref.ts';
import type { ObjectEvent } from './object-event.ts';
import { describeEvent } from './describe-event.ts';
import { anyMember, member, text } from './fields.ts';
import type { KeyDecoders } from './key-encodings.ts';
import { refWith } from './object-members.ts';

/*
 * What a Distributed Map of Step Functions passes to its children. An item is an object of a listing, a line of a manifest
 * or of a CSV file, or a reference; spellings differ, so several are known:
 *
 *   { Key, Etag, Size, … }                                    an item of a listing, which names no bucket
 *   { Bucket, Key, VersionId, IsDeleteMarker, … }             a line of an inventory, whose values are all text
 *   { bucket, item: { Key, … } }                              an item beside what ItemSelector put there
 *   { Items: [item, …], BatchInput: { bucket } }              as ItemBatcher makes it
 *
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */

/** The items of a Distributed Map's child, or `undefined` where the event is something else. */
export function readMapItems(event: unknown, keys: KeyDecoders, bucket?: string): readonly ObjectEvent[] | undefined {
  const items = member(event, 'Items');
  const common = bucketOf(member(event, 'BatchInput')) ?? bucket;
  if (Array.isArray(items)) {
    return items.length === 0 ? undefined : items.map((item) => readItem(item, keys.map, common));
  }
  return keyOf(unwrapped(event)) === undefined ? undefined : [readItem(event, keys.map, common)];
}

function readItem(value: unknown, decodeKey: (encoded: string) => string, common: string | undefined): ObjectEvent {
  const item = unwrapped(value);
  const key = keyOf(item);
  const bucket = bucketOf(item) ?? bucketOf(value) ?? common;
  const eventName = 'MapItem';
  const object = objectUri({ bucket: bucket ?? '', key: key ?? '' });
  if (bucket === undefined || key === undefined) {
    return { kind: 'unreadable', object, eventName, error: incomplete(key, value) };
  }
  if (String(anyMember(item, 'IsDeleteMarker', 'isDeleteMarker')).toLowerCase() === 'true') {
    return { kind: 'other', object, eventName: 'DeleteMarker' };
  }
  try {
    return { kind: 'object', ref: toRef(bucket, decodeKey(key), item), eventName };
  } catch (thrown) {
    return { kind: 'unreadable', object, eventName, error: toMillraceError(thrown, 'LAMBDA_KEY_INVALID') };
  }
}

function toRef(bucket: string, key: string, item: unknown): ObjectRef {
  const size = anyMember(item, 'size', 'Size');
  return refWith(bucket, key, {
    versionId: anyMember(item, 'versionId', 'VersionId'),
    etag: anyMember(item, 'etag', 'Etag', 'ETag'),
    size: typeof size === 'string' && /^\d+$/.test(size) ? Number(size) : size,
    sequencer: member(item, 'sequencer'),
  });
}

/** The item where `ItemSelector` put it beside a bucket; else the value itself. */
function unwrapped(value: unknown): unknown {
  if (keyOf(value) !== undefined) return value;
  return anyMember(value, 'item', 'Item', 'value', 'Value') ?? value;
}

function keyOf(item: unknown): string | undefined {
  return text(anyMember(item, 'key', 'Key'));
}

function bucketOf(value: unknown): string | undefined {
  return text(anyMember(value, 'bucket', 'Bucket'));
}

function incomplete(key: string | undefined, value: unknown): MillraceError {
  const advice =
    key === undefined
      ? `An item needs "Key" or "key"; received ${describeEvent(value)}.`
      : 'The items of a listing name no bucket: add one by ItemSelector or BatchInput, or set the option "bucket".';
  return new MillraceError('LAMBDA_EVENT_UNKNOWN', advice);
}
