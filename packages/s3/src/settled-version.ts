import { setTimeout as sleep } from 'node:timers/promises';
import { MillraceError } from '@millrace/core';
import type { Subject } from './s3-error.ts';
import { answeredVersion } from './object-version.ts';
import type { S3Ref } from './s3-ref.ts';
import type { WholeObject } from './whole-object.ts';

/** `Last-Modified` has whole seconds, and the clocks of a store's servers differ by less than one more. */
const SETTLED_AFTER_MS = 2000;
const MOST_LOOKS = 5;

/**
 * How long to wait, in milliseconds, until the time of an object's last change names its content; 0 if it does, or if a version
 * id or an ETag does. In the second in which an object was written it can be written once more, with the same time.
 */
function unsettledForMs(ref: S3Ref, { answer, date }: WholeObject): number {
  const { versionId, etag, lastModified } = answeredVersion(ref, answer);
  if (versionId !== undefined || etag !== undefined || lastModified === undefined) return 0;
  const now = Date.parse(date ?? '') || Date.now();
  return Math.min(SETTLED_AFTER_MS, Math.max(0, Date.parse(lastModified) + SETTLED_AFTER_MS - now));
}

export interface SettledVersionOptions {
  readonly ref: S3Ref;
  readonly subject: Subject;
  readonly signal: AbortSignal;
  readonly open: () => Promise<WholeObject>;
  readonly discard: (object: WholeObject) => void;
}

/**
 * Opens an object once what names its content can name no other. It takes one request unless the store has neither versions nor
 * ETags and the object was written within the last two seconds.
 *
 * @throws MillraceError `S3_VERSION_UNKNOWN` if the object is written again and again
 */
export async function openSettled({
  ref,
  subject,
  signal,
  open,
  discard,
}: SettledVersionOptions): Promise<WholeObject> {
  for (let look = 1; look <= MOST_LOOKS; look += 1) {
    const object = await open();
    const wait = unsettledForMs(ref, object);
    if (wait === 0) return object;
    discard(object);
    await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  throw new MillraceError(
    'S3_VERSION_UNKNOWN',
    `${subject.uri} has no version id and no ETag, and was written again each time it was looked at, so nothing tells its ` +
      'content from the one before. Try again later.',
    { retryable: true, details: { uri: subject.uri } },
  );
}
