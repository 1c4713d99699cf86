import { MillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import { type S3Ref, s3Uri } from './s3-ref.ts';

/** A bucket, or the part of it whose keys begin with a prefix. */
export interface S3Place {
  readonly bucket: string;
  /** @default all keys */
  readonly prefix?: string;
}

export function checkPlace(owner: string, place: S3Place): void {
  checkOptions(owner, place, {
    bucket: check.text,
    prefix: check.optional((value) => (typeof value === 'string' ? undefined : 'a string')),
  });
}

/**
 * Refuses a target inside the trigger: each copy would raise the event that makes the next one. A suffix filter is no way
 * out, because copies keep their base name.
 *
 * @throws MillraceError `S3_COPY_LOOP`
 */
export function checkTrigger(target: S3Place, trigger: S3Place): void {
  const [into, from] = [target.prefix ?? '', trigger.prefix ?? ''];
  if (target.bucket !== trigger.bucket || !(into.startsWith(from) || from.startsWith(into))) return;
  throw loop(`Copies to ${uri(target)} would raise the events of ${uri(trigger)} that lead to them.`, target);
}

/**
 * Refuses to copy what lies in the target already. It is the last guard where the trigger is not known: a loop then ends
 * at its first round.
 *
 * @throws MillraceError `S3_COPY_LOOP`
 */
export function checkLoop(target: S3Place, ref: S3Ref): void {
  if (ref.bucket !== target.bucket || !ref.key.startsWith(target.prefix ?? '')) return;
  throw loop(
    `${s3Uri(ref)} already lies in the landing place ${uri(target)}; copying it would go on for ever.`,
    target,
  );
}

function uri({ bucket, prefix = '' }: S3Place): string {
  return s3Uri({ bucket, key: prefix });
}

function loop(what: string, target: S3Place): MillraceError {
  return new MillraceError(
    'S3_COPY_LOOP',
    `${what} Land in another bucket, or under a prefix that the notification does not cover.`,
    { details: { target: uri(target) } },
  );
}
