import { toMillraceError } from '@millrace/core';
import type { Arrival, ObjectArrived } from '../events/arrival.ts';
import { readEvent } from '../events/read-event.ts';
import { handOn } from '../continue-with.ts';
import type { HandlerSettings } from '../handler-options.ts';
import type { LambdaContext } from '../lambda-context.ts';
import { type InvocationReport, type ObjectResult, summarise } from '../object-result.ts';
import { objectUri } from '../object-ref.ts';
import { isFailure, ObjectsFailedError } from '../objects-failed-error.ts';
import { logObject } from './log-line.ts';
import { startTimeBudget, type TimeBudget } from './time-budget.ts';

/** What a handler does with one object: all that differs between handlers. */
export type Process = (arrival: ObjectArrived, budget: TimeBudget) => Promise<Processed>;

export type Processed = Pick<ObjectResult, 'outcome' | 'feed' | 'report' | 'observerErrors' | 'copy' | 'error'>;

/**
 * One invocation: tries every record, logs each as it settles, and throws only then. It keeps nothing between
 * invocations, so that any number of them may run in one process at the same time.
 *
 * @throws MillraceError `LAMBDA_EVENT_UNKNOWN`
 * @throws ObjectsFailedError `LAMBDA_OBJECTS_FAILED`
 */
export async function handleEvent(
  event: unknown,
  context: LambdaContext | undefined,
  process: Process,
  { concurrency, reserveMs, log, continueWith }: HandlerSettings,
): Promise<InvocationReport> {
  const budget = startTimeBudget(context, reserveMs);
  try {
    const arrivals = readEvent(event);
    const results: ObjectResult[] = [];
    const waiting = arrivals.entries();
    const worker = async (): Promise<void> => {
      // The workers share one iterator, so each record is taken once.
      for (const [index, arrival] of waiting) {
        const settled = await settle(arrival, process, budget);
        const unfinished = settled.outcome === 'aborted' && continueWith !== undefined;
        const result = unfinished ? await handOn(settled, continueWith) : settled;
        results[index] = result;
        logObject(log, result, context);
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, arrivals.length) }, worker));
    const report = summarise(results);
    if (results.some(isFailure)) throw new ObjectsFailedError(report);
    return report;
  } finally {
    budget.end();
  }
}

/** Never rejects: whatever goes wrong with one record is its own result. */
async function settle(arrival: Arrival, process: Process, budget: TimeBudget): Promise<ObjectResult> {
  if (arrival.kind === 'test') return { outcome: 'test-event', object: arrival.object, eventName: arrival.eventName };
  if (arrival.kind === 'other') return { outcome: 'passed-over', object: arrival.object, eventName: arrival.eventName };
  if (arrival.kind === 'unreadable') {
    const { kind: _kind, ...rest } = arrival;
    return { outcome: 'failed', ...rest };
  }
  const { ref, eventName } = arrival;
  const object = { object: objectUri(ref), eventName, ref };
  if (budget.isOver()) return { outcome: 'aborted', ...object, error: budget.outOfTime() };
  try {
    return { ...object, ...(await process(arrival, budget)) };
  } catch (thrown) {
    return { ...object, ...failureOf(thrown, budget) };
  }
}

/** What a throw means for its object: after the signal, whatever is thrown is the answer to it. */
export function failureOf(thrown: unknown, { signal }: TimeBudget): Processed {
  return { outcome: signal.aborted ? 'aborted' : 'failed', error: toMillraceError(thrown, 'LAMBDA_OBJECT_FAILED') };
}
