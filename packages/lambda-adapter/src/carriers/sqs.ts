import { readSqsBatch, type SqsDelivery } from '../events/sqs-batch.ts';
import { logBatchFailed } from '../invocation/log-line.ts';
import { summarize } from '../object-result.ts';
import { isFailure, ObjectsFailedError } from '../objects-failed-error.ts';
import { keepInvisible, type VisibilityOptions } from '../sqs/keep-invisible.ts';
import type { Carrier, CarrierTools, Delivery, Keeping } from './carrier.ts';

/**
 * The response to SQS. Lambda deletes the messages that it does not name, provided that the event source mapping has
 * `ReportBatchItemFailures`; without that, it deletes all of them.
 */
export interface SqsBatchResponse {
  // Not readonly inside: the types that AWS publishes for handlers are not.
  readonly batchItemFailures: { itemIdentifier: string }[];
}

/** What `toSqsHandler` lets its user choose about the carrier. */
export interface SqsCarrierOptions {
  readonly visibility?: VisibilityOptions | undefined;
  readonly onAllFailed?: 'report' | 'throw' | undefined;
}

interface SqsBatch extends Delivery {
  readonly messages: readonly SqsDelivery[];
  /** The message that each task is of. */
  readonly owners: readonly SqsDelivery[];
}

/**
 * A batch of messages. Each succeeds or fails alone. A message of a FIFO queue that fails stops its group, so the messages of
 * a group are one lane. A message that was never begun is delivered again by the queue.
 */
export function sqsCarrier({ visibility, onAllFailed }: SqsCarrierOptions = {}): Carrier<SqsBatch, SqsBatchResponse> {
  return {
    handler: 'toSqsHandler',
    takes: 'batches of SQS messages',
    read: (event, keys) => {
      const messages = readSqsBatch(event, keys);
      return (
        messages && {
          messages,
          owners: messages.flatMap((message) => message.events.map(() => message)),
          tasks: messages.flatMap(({ messageId, group, events }) =>
            events.map((one) => ({ event: one, lane: group, carrier: { messageId } })),
          ),
        }
      );
    },
    passesOnUntouched: false,
    ...(visibility && { keep: (batch, tools) => keepOpenInvisible(batch, visibility, tools) }),
    respond: ({ messages, owners }, results, { log, context }) => {
      const failed = owners.filter((_, index) => results[index]!.some(isFailure)).map(({ messageId }) => messageId);
      const failures = [...new Set(failed)];
      // A batch has a message at least.
      if (failures.length === messages.length) {
        logBatchFailed(log, failures.length, context);
        if (onAllFailed === 'throw') throw new ObjectsFailedError(summarize(results.flat()));
      }
      return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) };
    },
  };
}

/** Keeps messages invisible until the last of their tasks is done. */
function keepOpenInvisible(
  { messages, owners }: SqsBatch,
  visibility: VisibilityOptions,
  tools: CarrierTools,
): Keeping {
  const open = new Map(messages.map((message) => [message, message.events.length]));
  const { stop } = keepInvisible(visibility, () => [...open.keys()], tools);
  return {
    taskDone: (index) => {
      const message = owners[index]!;
      const left = open.get(message)! - 1;
      if (left > 0) open.set(message, left);
      else open.delete(message);
    },
    stop,
  };
}
