import { MillraceError } from '@millrace/core';
import { objectUri, type ObjectRef } from './object-ref.ts';
import type { ObjectResult } from './object-result.ts';

/**
 * Takes an object that the invocation's time did not suffice for, and sees to it that the same feeds get it again: by a
 * message to a queue whose body is `[ref]` as JSON, or by invoking the function again with `[ref]` as its event. It resolves
 * once that is certain; if it rejects, the object fails and is delivered again.
 *
 * Pass the whole reference on. It counts handovers that bring the object no further: after 3 in a row the object fails with
 * `LAMBDA_NO_PROGRESS`, so that it cannot go round at your expense.
 */
export type ContinueWith = (
  ref: ObjectRef,
  progress: { readonly watermark: number; readonly written: number },
) => Promise<void>;

/** Handovers in a row that may bring an object no further. The next one fails it: each costs an invocation. */
const MOST_IDLE_HANDOVERS = 3;

/** Hands an unfinished object on, and returns what has become of it then. */
export async function handOn(
  ref: ObjectRef,
  { report }: ObjectResult,
  continueWith: ContinueWith,
): Promise<Pick<ObjectResult, 'outcome' | 'error'>> {
  const { watermark = ref.handover?.watermark ?? 0, written = 0 } = report ?? {};
  const before = ref.handover;
  const idle = before !== undefined && watermark <= before.watermark ? before.idle + 1 : 0;
  if (idle >= MOST_IDLE_HANDOVERS) return { outcome: 'failed', error: noProgress(ref, watermark) };
  try {
    await continueWith({ ...ref, handover: { watermark, idle } }, { watermark, written });
    return { outcome: 'continued' };
  } catch (cause) {
    const message = `${objectUri(ref)} is unfinished, and continueWith did not take it. The next delivery resumes it.`;
    const error = new MillraceError('LAMBDA_CONTINUE_FAILED', message, { cause, retryable: true });
    return { outcome: 'aborted', error };
  }
}

function noProgress(ref: ObjectRef, watermark: number): MillraceError {
  return new MillraceError(
    'LAMBDA_NO_PROGRESS',
    `${objectUri(ref)} was handed on ${MOST_IDLE_HANDOVERS} times and still resumes at record ${watermark}. An invocation is too ` +
      "short to read past what is done, or to write one checkpoint: raise the function's timeout or memory, or lower " +
      'checkpointRecords.',
    { details: { watermark, handovers: MOST_IDLE_HANDOVERS } },
  );
}
