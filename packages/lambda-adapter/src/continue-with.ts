import { MillraceError } from '@millrace/core';
import { objectUri, type ObjectRef } from './object-ref.ts';
import type { ObjectResult } from './object-result.ts';

/**
 * Takes an object that the invocation's time did not suffice for, and sees to it that the same feeds get it again: by a
 * message to a queue whose body is `[ref]` as JSON, or by invoking the function anew with `[ref]` as its event. It resolves
 * once that is certain; where it rejects, the object fails and is delivered again.
 */
export type ContinueWith = (
  ref: ObjectRef,
  progress: { readonly watermark: number; readonly written: number },
) => Promise<void>;

/** Hands an unfinished object on, and answers what has become of it then. */
export async function handOn(
  ref: ObjectRef,
  { report }: ObjectResult,
  continueWith: ContinueWith,
): Promise<Pick<ObjectResult, 'outcome' | 'error'>> {
  const { watermark = 0, written = 0 } = report ?? {};
  try {
    await continueWith(ref, { watermark, written });
    return { outcome: 'continued' };
  } catch (cause) {
    const message = `${objectUri(ref)} is unfinished, and continueWith did not take it. The next delivery goes on with it.`;
    return { outcome: 'aborted', error: new MillraceError('LAMBDA_CONTINUE_FAILED', message, { cause }) };
  }
}
