import { toMillraceError } from '@millrace/core/plugin';
import { objectUri } from '../object-ref.ts';
import type { ObjectEvent } from './object-event.ts';
import { member, text } from './fields.ts';
import type { KeyDecoders } from './key-encodings.ts';
import { refWith } from './object-members.ts';

/**
 * Reads a plain list of references, as `continueWith` hands them on: `[{ bucket, key, versionId, etag, size, sequencer }]`,
 * `{ objects: […] }`, or a single one by itself. Their keys are as they are in the bucket. `undefined` if the event is
 * something else.
 */
export function readReferences(event: unknown, keys: KeyDecoders): readonly ObjectEvent[] | undefined {
  const list: unknown = isReference(event) ? [event] : Array.isArray(event) ? event : member(event, 'objects');
  if (!Array.isArray(list) || list.length === 0 || !list.every(isReference)) return undefined;
  return list.map((value) => readReference(value, keys.references));
}

interface Reference {
  readonly bucket: string;
  readonly key: string;
}

function isReference(value: unknown): value is Reference {
  return text(member(value, 'bucket')) !== undefined && text(member(value, 'key')) !== undefined;
}

function readReference(value: Reference, decodeKey: (encoded: string) => string): ObjectEvent {
  const eventName = 'Reference';
  try {
    const ref = refWith(value.bucket, decodeKey(value.key), {
      versionId: member(value, 'versionId'),
      etag: member(value, 'etag'),
      size: member(value, 'size'),
      sequencer: member(value, 'sequencer'),
      handover: member(value, 'handover'),
    });
    return { kind: 'object', ref, eventName };
  } catch (thrown) {
    const error = toMillraceError(thrown, 'LAMBDA_KEY_INVALID');
    return { kind: 'unreadable', object: objectUri(value), eventName, error };
  }
}
