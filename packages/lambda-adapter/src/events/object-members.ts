import type { ObjectRef } from '../object-ref.ts';
import { member, text } from './fields.ts';

/** What an event may tell of an object beside its place, as it was found there. */
export interface ObjectMembers {
  readonly versionId: unknown;
  readonly etag: unknown;
  readonly size: unknown;
  readonly sequencer: unknown;
  readonly handover?: unknown;
}

/** A reference with those members that are there and of their kind; an ETag loses its quotes. */
export function refWith(bucket: string, key: string, members: ObjectMembers): ObjectRef {
  const { size } = members;
  const versionId = text(members.versionId);
  const etag = text(text(members.etag)?.replaceAll('"', ''));
  const sequencer = text(members.sequencer);
  return {
    bucket,
    key,
    ...(versionId === undefined ? {} : { versionId }),
    ...(etag === undefined ? {} : { etag }),
    ...(typeof size === 'number' ? { size } : {}),
    ...(sequencer === undefined ? {} : { sequencer }),
    ...handoverOf(members.handover),
  };
}

function handoverOf(value: unknown): Pick<ObjectRef, 'handover'> {
  const [watermark, idle] = [member(value, 'watermark'), member(value, 'idle')];
  return Number.isSafeInteger(watermark) && Number.isSafeInteger(idle)
    ? { handover: { watermark: watermark as number, idle: idle as number } }
    : {};
}
