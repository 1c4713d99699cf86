import type { ObjectRef } from '../object-ref.ts';
import type { Arrival } from './arrival.ts';
import { member, text } from './fields.ts';
import { refWith } from './object-members.ts';

/**
 * A plain list of references, as `continueWith` hands them on: `[{ bucket, key, versionId, etag, size, sequencer }]`, or
 * `{ objects: […] }`. Their keys are as they are in the bucket. `undefined` where the event is something else.
 */
export function readReferences(event: unknown): readonly Arrival[] | undefined {
  const list = Array.isArray(event) ? event : member(event, 'objects');
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const refs = list.map(toRef);
  return refs.every((ref) => ref !== undefined)
    ? refs.map((ref) => ({ kind: 'object', ref, eventName: 'Reference' }))
    : undefined;
}

function toRef(value: unknown): ObjectRef | undefined {
  const bucket = text(member(value, 'bucket'));
  const key = text(member(value, 'key'));
  if (bucket === undefined || key === undefined) return undefined;
  return refWith(bucket, key, {
    versionId: member(value, 'versionId'),
    etag: member(value, 'etag'),
    size: member(value, 'size'),
    sequencer: member(value, 'sequencer'),
  });
}
