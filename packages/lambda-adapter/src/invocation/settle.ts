import { isSideObject, toMillraceError } from '@millrace/core/plugin';
import { type ContinueWith, handOn } from '../continue-with.ts';
import type { ObjectEvent } from '../events/object-event.ts';
import type { ObjectRef } from '../object-ref.ts';
import { objectUri } from '../object-ref.ts';
import type { ObjectResult } from '../object-result.ts';
import type { TimeBudget } from './time-budget.ts';

/** What a handler does with one object: all that differs between feeds and copies. One result for each feed it went to. */
export type Process = (ref: ObjectRef) => Promise<readonly Processed[]>;

/** One invocation's work. */
export interface Invocation {
  readonly process: Process;
  /** Ends what the invocation has begun. Resolves with how often observers threw. */
  readonly close: () => Promise<number>;
}

export type BeginInvocation = (budget: TimeBudget) => Invocation;

export type Processed = Pick<ObjectResult, 'outcome' | 'feed' | 'report' | 'copy' | 'error'>;

/** How objects are dealt with that the time did not suffice for. */
export interface Continuing {
  readonly continueWith: ContinueWith;
  /** Whether objects that were not begun are handed on, too; else their carrier delivers them again by itself. */
  readonly untouched: boolean;
}

export interface Settling {
  readonly process: Process;
  readonly budget: TimeBudget;
  readonly continuing: Continuing | undefined;
  /** Whether what tools leave beside files is passed over. */
  readonly skipsSideObjects: boolean;
}

/** Never rejects: whatever goes wrong with one record is its own result. */
export async function settle(
  event: ObjectEvent,
  { process, budget, continuing, skipsSideObjects }: Settling,
): Promise<readonly ObjectResult[]> {
  const { eventName } = event;
  if (event.kind === 'test') return [{ outcome: 'test-event', object: event.object, eventName: event.eventName }];
  if (event.kind === 'other') {
    return [{ outcome: 'passed-over', object: event.object, eventName: event.eventName }];
  }
  if (event.kind === 'unreadable') {
    const { object, error } = event;
    return [{ outcome: 'failed', object, ...(eventName !== undefined && { eventName }), error }];
  }
  const { ref } = event;
  const object = { object: objectUri(ref), eventName: event.eventName, ref };
  if (skipsSideObjects && isSideObject(ref.key, ref.size)) return [{ outcome: 'passed-over', ...object }];
  const results = (await attempt(ref, process, budget)).map((processed) => ({ ...object, ...processed }));
  const unfinished = results.find(
    ({ outcome, report }) => outcome === 'aborted' && (continuing?.untouched || report !== undefined),
  );
  if (continuing === undefined || unfinished === undefined) return results;
  const became = await handOn(ref, unfinished, continuing.continueWith);
  return results.map((one) => (one.outcome === 'aborted' ? { ...one, ...became } : one));
}

async function attempt(ref: ObjectRef, process: Process, budget: TimeBudget): Promise<readonly Processed[]> {
  if (budget.isOver()) return [{ outcome: 'aborted', error: budget.outOfTime() }];
  try {
    return await process(ref);
  } catch (thrown) {
    return [failureOf(thrown, budget)];
  }
}

/** What a throw means for its object: after the signal, whatever is thrown is the answer to it. */
export function failureOf(thrown: unknown, { signal }: TimeBudget): Processed {
  return { outcome: signal.aborted ? 'aborted' : 'failed', error: toMillraceError(thrown, 'LAMBDA_OBJECT_FAILED') };
}
