import { MillraceError } from '@millrace/core';
import type { Arrival } from './arrival.ts';
import { describeEvent } from './describe-event.ts';
import { readReferences } from './references.ts';
import { readS3Notification } from './s3-notification.ts';

/**
 * The one way from an event to references: recognises the shape and undoes the encoding that belongs to it.
 *
 * @throws MillraceError `LAMBDA_EVENT_UNKNOWN` where the event as a whole is no S3 notification
 */
export function readEvent(event: unknown): readonly Arrival[] {
  const arrivals = readS3Notification(event) ?? readReferences(event);
  if (arrivals !== undefined) return arrivals;
  throw new MillraceError(
    'LAMBDA_EVENT_UNKNOWN',
    `This handler takes S3 notifications that S3 sends to the function itself, or a list of references; received ${describeEvent(event)}. Check ` +
      'what invokes the function.',
  );
}
