import { MillraceError } from '@millrace/core';
import { checkOptions } from '@millrace/core/plugin';
import type { Arrival } from './arrival.ts';
import { describeEvent } from './describe-event.ts';
import { checkKeys, type KeyDecoders, keyDecoders, type KeyEncodings } from './key-encodings.ts';
import { readMapItems } from './map-items.ts';
import { readContent } from './read-content.ts';
import { readS3BatchJob } from './s3-batch-job.ts';
import { readSqsBatch } from './sqs-batch.ts';

export interface ReadEventOptions {
  /** How keys are encoded, where that differs from what AWS does. */
  readonly keys?: KeyEncodings;
}

/**
 * What an event tells of objects, whatever carried it: S3 itself, SNS, SQS, EventBridge, S3 Batch Operations, a Distributed
 * Map, or a plain list of references. The handlers read events in this way; it is for runners of your own.
 *
 * It throws only for an event that is none of these. A record, message, task or item that cannot be read is one arrival
 * among the others.
 *
 * @throws MillraceError `LAMBDA_EVENT_UNKNOWN`, `LAMBDA_EVENT_VERSION`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function readEvent(event: unknown, options: ReadEventOptions = {}): readonly Arrival[] {
  checkOptions<ReadEventOptions>('readEvent', options, { keys: checkKeys });
  const keys = keyDecoders(options.keys);
  const arrivals =
    readSqsBatch(event, keys)?.flatMap((message) => message.arrivals) ??
    readContent(event, keys) ??
    readS3BatchJob(event, keys)?.tasks.map((task) => task.arrival) ??
    readMapItems(event, keys);
  if (arrivals !== undefined) return arrivals;
  throw unknownEvent('readEvent', 'events that tell of S3 objects', event);
}

/** What the handlers for asynchronous invocation take: an event without an answer to give. */
export function readAsynchronous(event: unknown, keys: KeyDecoders): readonly Arrival[] {
  const arrivals = readContent(event, keys);
  if (arrivals !== undefined) return arrivals;
  const taken = 'S3 notifications and S3 events of EventBridge, also by SNS, and lists of references';
  throw unknownEvent('This handler', taken, event);
}

export function unknownEvent(taker: string, taken: string, event: unknown): MillraceError {
  return new MillraceError(
    'LAMBDA_EVENT_UNKNOWN',
    `${taker} takes ${taken}; received ${describeEvent(event)}. Check what invokes the function.`,
  );
}
