import { MillraceError } from '@millrace/core';
import type { ObjectEvent } from './object-event.ts';
import { describeEvent } from './describe-event.ts';
import { readEventBridge } from './event-bridge.ts';
import { member, text } from './fields.ts';
import type { KeyDecoders } from './key-encodings.ts';
import { readReferences } from './references.ts';
import { readS3Notification } from './s3-notification.ts';

/*
 * What SNS makes of a message that it delivers, as far as it is used:
 *
 *   { Records: [{ EventSource: 'aws:sns', Sns: { Message: '…' } }] }     to a function
 *   { Type: 'Notification', TopicArn, Message: '…' }                     to a queue, without raw delivery
 *
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html and
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */

/**
 * What a carrier brought: an S3 notification, an S3 event of EventBridge or a list of references, by itself or in SNS.
 * `undefined` where it is something else.
 */
export function readContent(value: unknown, keys: KeyDecoders): readonly ObjectEvent[] | undefined {
  return (
    readS3Notification(value, keys) ??
    readSns(value, keys) ??
    readDestination(value, keys) ??
    readPipe(value, keys) ??
    readEventBridge(value, keys) ??
    readReferences(value, keys)
  );
}

/**
 * The same of a text, as a queue or a topic carries it. It never throws: a text that is not understood is one event, so
 * that it fails alone.
 *
 * @param carrier names the message, for people and logs
 */
export function readText(body: unknown, carrier: string, keys: KeyDecoders): readonly ObjectEvent[] {
  let value: unknown;
  try {
    value = JSON.parse(text(body) ?? '');
  } catch (cause) {
    return [unknownContent(carrier, 'a text that is no JSON', cause)];
  }
  return readContent(value, keys) ?? [unknownContent(carrier, describeEvent(value))];
}

/**
 * What Lambda sends to an on-failure or on-success destination: the event that it invoked the function with, beside what
 * became of it. `{ version, requestContext: { condition }, requestPayload, … }`
 *
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
function readDestination(value: unknown, keys: KeyDecoders): readonly ObjectEvent[] | undefined {
  if (member(value, 'requestContext') === undefined) return undefined;
  const payload = member(value, 'requestPayload');
  return payload === undefined ? undefined : readContent(payload, keys);
}

/** Messages of a queue that EventBridge Pipes hand over as a plain list, for a handler that answers nothing about each. */
function readPipe(value: unknown, keys: KeyDecoders): readonly ObjectEvent[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (!value.every((one) => member(one, 'eventSource') === 'aws:sqs')) return undefined;
  return value.flatMap((one) => readText(member(one, 'body'), `sqs://${text(member(one, 'messageId')) ?? ''}`, keys));
}

function readSns(value: unknown, keys: KeyDecoders): readonly ObjectEvent[] | undefined {
  if (member(value, 'Type') === 'Notification' && text(member(value, 'Message')) !== undefined) {
    return readText(member(value, 'Message'), nameOf(value), keys);
  }
  const records = member(value, 'Records');
  if (!Array.isArray(records) || !records.some((record) => member(record, 'Sns') !== undefined)) return undefined;
  return records.flatMap((record) => {
    const message = member(record, 'Sns');
    return readText(member(message, 'Message'), nameOf(message), keys);
  });
}

function nameOf(message: unknown): string {
  return `sns://${text(member(message, 'MessageId')) ?? ''}`;
}

function unknownContent(carrier: string, received: string, cause?: unknown): ObjectEvent {
  const error = new MillraceError(
    'LAMBDA_EVENT_UNKNOWN',
    `The message ${carrier} tells of no S3 object; it holds ${received}. Check what else sends to its queue or topic.`,
    { cause },
  );
  return { kind: 'unreadable', object: carrier, error };
}
