import type { ObjectEvent } from './object-event.ts';
import { member, text } from './fields.ts';
import type { KeyDecoders } from './key-encodings.ts';
import { readText } from './read-content.ts';

/*
 * A batch of SQS messages, as far as it is used:
 *
 *   { Records: [{ eventSource: 'aws:sqs', eventSourceARN, messageId, receiptHandle, body, attributes: { MessageGroupId } }] }
 *
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */

/** One message of a batch, as the functions need it that talk to its queue. */
export interface SqsMessage {
  readonly messageId: string;
  /** What `ChangeMessageVisibility` and `DeleteMessage` ask for. */
  readonly receiptHandle: string;
  readonly queueArn: string;
}

/** A message, and what it tells. */
export interface SqsDelivery extends SqsMessage {
  readonly events: readonly ObjectEvent[];
  /** The group of a message of a FIFO queue, whose messages must be taken in order. */
  readonly group?: string;
}

/** The messages of a batch, or `undefined` where the event is something else. */
export function readSqsBatch(event: unknown, keys: KeyDecoders): readonly SqsDelivery[] | undefined {
  // EventBridge Pipes hand over the list without an envelope.
  const records = Array.isArray(event) ? event : member(event, 'Records');
  if (!Array.isArray(records) || records.length === 0 || !records.every(isMessage)) return undefined;
  return records.map((record) => {
    const messageId = text(member(record, 'messageId')) ?? '';
    const queueArn = text(member(record, 'eventSourceARN')) ?? '';
    const group = text(member(member(record, 'attributes'), 'MessageGroupId'));
    return {
      messageId,
      receiptHandle: text(member(record, 'receiptHandle')) ?? '',
      queueArn,
      events: readText(member(record, 'body'), `sqs://${messageId}`, keys),
      // Messages of standard queues may have a group, too, which only makes delivery fair and orders nothing.
      ...(queueArn.endsWith('.fifo') && group !== undefined && { group }),
    };
  });
}

/** A failed message is named by its id. Without one nothing can be settled of it but that the whole batch failed. */
function isMessage(record: unknown): boolean {
  return member(record, 'eventSource') === 'aws:sqs' && text(member(record, 'messageId')) !== undefined;
}
