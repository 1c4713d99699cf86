import { MillraceError } from '@millrace/core';
import { describeEvent } from './describe-event.ts';

/** Makes the error for an event that a handler does not take. It describes the event's shape, never its content. */
export function unknownEvent(taker: string, taken: string, event: unknown): MillraceError {
  return new MillraceError(
    'LAMBDA_EVENT_UNKNOWN',
    `${taker} takes ${taken}; received ${describeEvent(event)}. Check what invokes the function.`,
  );
}
