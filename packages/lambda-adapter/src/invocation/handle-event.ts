import { readAsynchronous } from '../events/read-event.ts';
import type { HandlerSettings } from '../handler-options.ts';
import type { LambdaContext } from '../lambda-context.ts';
import { type InvocationReport, summarise } from '../object-result.ts';
import { isFailure, ObjectsFailedError } from '../objects-failed-error.ts';
import { carryAll } from './carry-all.ts';
import type { BeginInvocation } from './settle.ts';
import { startTimeBudget } from './time-budget.ts';

/**
 * One asynchronous invocation: tries every record, and throws only then.
 *
 * @throws MillraceError `LAMBDA_EVENT_UNKNOWN`
 * @throws ObjectsFailedError `LAMBDA_OBJECTS_FAILED`
 */
export async function handleEvent(
  event: unknown,
  context: LambdaContext | undefined,
  begin: BeginInvocation,
  { keys, reserveMs, concurrency, log, onReport, continueWith }: HandlerSettings,
): Promise<InvocationReport> {
  const budget = startTimeBudget(context, reserveMs);
  const continuing = continueWith && { continueWith, untouched: true };
  try {
    const errands = readAsynchronous(event, keys).map((arrival) => ({ arrival }));
    const all = { begin, budget, context, concurrency, log, onReport, continuing };
    const results = (await carryAll(errands, all)).flat();
    const report = summarise(results);
    if (results.some(isFailure)) throw new ObjectsFailedError(report);
    return report;
  } finally {
    budget.end();
  }
}
