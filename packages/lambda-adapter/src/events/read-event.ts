import { checkOptions } from '@millrace/core/plugin';
import { allCarriers } from '../carriers/carriers.ts';
import { checkKeys, keyDecoders, type KeyEncodings } from './key-encodings.ts';
import type { ObjectEvent } from './object-event.ts';
import { unknownEvent } from './unknown-event.ts';

export interface ReadEventOptions {
  /** How keys are encoded, where that differs from what AWS does. */
  readonly keys?: KeyEncodings;
}

/**
 * Reads the objects that an event names, whatever brought it: S3 itself, SNS, SQS, EventBridge, S3 Batch Operations, a
 * Distributed Map, or a plain list of references. The handlers read events the same way; use it for a runner of your own.
 *
 * It throws only for an event that none of these brings. A record, message, task or item that cannot be read is one event
 * among the others.
 *
 * @throws MillraceError `LAMBDA_EVENT_UNKNOWN`, `LAMBDA_EVENT_VERSION`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function readEvent(event: unknown, options: ReadEventOptions = {}): readonly ObjectEvent[] {
  checkOptions<ReadEventOptions>('readEvent', options, { keys: checkKeys });
  const keys = keyDecoders(options.keys);
  for (const { read } of allCarriers()) {
    const delivery = read(event, keys);
    if (delivery !== undefined) return delivery.tasks.map((task) => task.event);
  }
  throw unknownEvent('readEvent', 'events that name S3 objects', event);
}
