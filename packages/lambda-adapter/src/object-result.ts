import type { ItemOutcome, ItemReport, MillraceError } from '@millrace/core';
import type { LandingResult } from './landing-copy.ts';
import type { ObjectRef } from './object-ref.ts';

/**
 * What became of one record of an event:
 *
 * - `complete`: the object was carried or copied to the end
 * - `duplicate`: the ledger says that it was done before
 * - `stale`: the ledger says that a newer version of the object was taken up
 * - `skipped`: the object is gone, and the source was settled to accept that
 * - `failed`: it was not carried, and `error` says why
 * - `held`: another run has the object; it is to be tried again
 * - `aborted`: the invocation's time ran out first, or an earlier message of its FIFO group failed
 * - `continued`: it ran out, and `continueWith` has taken the object
 * - `ignored`: no route matches it, and the routes say `ignore`
 * - `passed-over`: the event is not about a new object, such as `ObjectRemoved:Delete`; or the object is no
 *   file but what a tool leaves beside files, such as a folder of the S3 console (`sideObjects`)
 * - `test-event`: S3's `s3:TestEvent`
 *
 * `failed`, `held` and `aborted` are failures: the object's carrier is settled, so that it delivers the object again.
 */
export type ObjectOutcome = ItemOutcome | 'continued' | 'ignored' | 'passed-over' | 'test-event';

/** One record of an event and what became of it: an element of the answer, and the content of its log line. */
export interface ObjectResult {
  readonly outcome: ObjectOutcome;
  /** The object as text: `s3://bucket/key`; or the message that names none: `sqs://id`, `sns://id`. */
  readonly object: string;
  /** Such as `ObjectCreated:Put`; absent where the record could not be read. */
  readonly eventName?: string;
  /** Absent where there is no object to process. */
  readonly ref?: ObjectRef;
  /** Name of the feed that took the object; absent in the copy step. */
  readonly feed?: string;
  /** The feed's report; absent where the feed did not begin with the object. */
  readonly report?: ItemReport;
  /** What the copy step did. */
  readonly copy?: LandingResult;
  /** Why the object failed or was aborted. */
  readonly error?: MillraceError;
}

/** What one invocation did: the handler's answer. It is plain data, so it also serves an on-success destination. */
export interface InvocationReport {
  /** Records of the event by outcome. */
  readonly outcomes: Readonly<Record<ObjectOutcome, number>>;
  /** One for each record, in the order of the event; with routes that fan out, one for each feed of the record. */
  readonly objects: readonly ObjectResult[];
}

export function summarize(objects: readonly ObjectResult[]): InvocationReport {
  const outcomes: Record<ObjectOutcome, number> = {
    complete: 0,
    duplicate: 0,
    stale: 0,
    skipped: 0,
    failed: 0,
    held: 0,
    aborted: 0,
    continued: 0,
    ignored: 0,
    'passed-over': 0,
    'test-event': 0,
  };
  for (const { outcome } of objects) outcomes[outcome] += 1;
  return { outcomes, objects };
}
