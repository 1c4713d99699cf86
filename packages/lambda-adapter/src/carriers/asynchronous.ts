import { readContent } from '../events/read-content.ts';
import { type InvocationReport, summarize } from '../object-result.ts';
import { isFailure, ObjectsFailedError } from '../objects-failed-error.ts';
import type { Carrier, Delivery } from './carrier.ts';

/**
 * Asynchronous invocation by S3, SNS or EventBridge, or with a list of references. Nobody reads the response, so a failure
 * is an error: Lambda then retries the event twice and passes it to the function's on-failure destination.
 */
export function asynchronousCarrier(handler: string): Carrier<Delivery, InvocationReport> {
  return {
    handler,
    takes: 'S3 notifications and S3 events of EventBridge, also by SNS, and lists of references',
    read: (event, keys) => {
      const events = readContent(event, keys);
      return events && { tasks: events.map((one) => ({ event: one })) };
    },
    passesOnUntouched: true,
    respond: (_, results) => {
      const report = summarize(results.flat());
      if (results.flat().some(isFailure)) throw new ObjectsFailedError(report);
      return report;
    },
  };
}
