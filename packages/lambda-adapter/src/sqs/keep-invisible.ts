import { MillraceError } from '@millrace/core';
import type { SqsMessage } from '../events/sqs-batch.ts';
import type { LambdaContext } from '../lambda-context.ts';
import { type Log, logWarning } from '../invocation/log-line.ts';

/** Keeps messages invisible to others for longer than the queue's visibility timeout. */
export interface VisibilityOptions {
  /**
   * Makes messages invisible for so many seconds from now: `ChangeMessageVisibilityBatch`, at most ten messages a call.
   * It is called every `everyMs` with all messages of the batch that are not done yet, under way or waiting, and not again
   * before it has settled. Where it rejects, a warning is logged and the work goes on: a message that becomes visible is
   * delivered twice, which the ledger or the keys of the records make harmless.
   */
  readonly extend: (messages: readonly SqsMessage[], seconds: number) => Promise<void>;
  /** How often, in milliseconds. @default 30000 */
  readonly everyMs?: number;
  /**
   * For how long, in seconds from the call, at most 43200. A message that fails then is delivered again after at most so
   * long. It must leave time for a call that fails. @default 120
   */
  readonly seconds?: number;
}

/** Extends until it is stopped; a call under way is not waited for. */
export function keepInvisible(
  { extend, everyMs = 30_000, seconds = 120 }: VisibilityOptions,
  open: () => readonly SqsMessage[],
  { log, context }: { readonly log: Log; readonly context: LambdaContext | undefined },
): { readonly stop: () => void } {
  let busy = false;
  const tick = async (): Promise<void> => {
    const messages = open();
    if (busy || messages.length === 0) return;
    busy = true;
    try {
      const settled = messages.map(({ messageId, receiptHandle, queueArn }) => ({
        messageId,
        receiptHandle,
        queueArn,
      }));
      await extend(settled, seconds);
    } catch (cause) {
      const message = `The visibility timeout of ${messages.length} messages could not be extended; they may be delivered twice.`;
      logWarning(log, new MillraceError('LAMBDA_VISIBILITY_FAILED', message, { cause }), context);
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void tick(), everyMs);
  return { stop: () => clearInterval(timer) };
}
