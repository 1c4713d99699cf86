import type { Carrier, Delivery } from '../carriers/carrier.ts';
import { unknownEvent } from '../events/unknown-event.ts';
import type { HandlerSettings } from '../handler-options.ts';
import type { LambdaContext } from '../lambda-context.ts';
import { processTasks } from './process-tasks.ts';
import type { BeginInvocation } from './settle.ts';
import { startTimeBudget } from './time-budget.ts';

/**
 * Makes the Lambda handler for a carrier: reads the event, processes every task within the invocation's time, and makes the
 * carrier's response. It keeps nothing between invocations, so any number of them may overlap in one process.
 *
 * @throws MillraceError `LAMBDA_EVENT_UNKNOWN`, from the handler, for an event that the carrier did not bring
 */
export function makeHandler<D extends Delivery, R>(
  carrier: Carrier<D, R>,
  begin: BeginInvocation,
  { keys, reserveMs, concurrency, log, onReport, continueWith, skipsSideObjects }: HandlerSettings,
): (event: unknown, context?: LambdaContext) => Promise<R> {
  const continuing = continueWith && { continueWith, untouched: carrier.passesOnUntouched };
  return async (event, context) => {
    const budget = startTimeBudget(context, reserveMs);
    try {
      const delivery = carrier.read(event, keys);
      if (delivery === undefined) throw unknownEvent(carrier.handler, carrier.takes, event);
      const keeping = carrier.keep?.(delivery, { log, context });
      const taskDone = keeping?.taskDone;
      const options = { begin, budget, context, concurrency, log, onReport, continuing, skipsSideObjects, taskDone };
      try {
        return carrier.respond(delivery, await processTasks(delivery.tasks, options), { log, context });
      } finally {
        keeping?.stop();
      }
    } finally {
      budget.end();
    }
  };
}
