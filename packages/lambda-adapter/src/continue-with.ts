import { MillraceError } from '@millrace/core';
import type { ObjectRef } from './object-ref.ts';
import type { ObjectResult } from './object-result.ts';

/**
 * Takes an object that the invocation's time did not suffice for, and sees to it that the same handler gets it again: by a
 * message to a queue, or by invoking the function anew with `[ref]` as its event, which `toS3Handler` understands. It
 * resolves once that is certain; where it rejects, the invocation fails and Lambda retries the event.
 */
export type ContinueWith = (
  ref: ObjectRef,
  progress: { readonly watermark: number; readonly written: number },
) => Promise<void>;

/** Hands an unfinished object on, and answers what has become of it then. */
export async function handOn(result: ObjectResult, continueWith: ContinueWith): Promise<ObjectResult> {
  if (result.ref === undefined) return result;
  const { watermark = 0, written = 0 } = result.report ?? {};
  try {
    await continueWith(result.ref, { watermark, written });
    return { ...result, outcome: 'continued' };
  } catch (cause) {
    const message = `${result.object} is unfinished, and continueWith did not take it. Lambda's retry goes on with it.`;
    return { ...result, error: new MillraceError('LAMBDA_CONTINUE_FAILED', message, { cause }) };
  }
}
