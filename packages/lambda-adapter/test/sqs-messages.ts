import { sqsMessage } from './carrier-payloads.ts';
import { s3Event } from './s3-payload.ts';

/** Messages whose ids are the keys that they tell of. */
export function messages(keys: readonly string[], group?: string): readonly unknown[] {
  return keys.map((key) => sqsMessage(s3Event({ key }), { messageId: key, ...(group && { group }) }));
}

/** The response that names these messages. */
export function failed(...ids: readonly string[]): unknown {
  return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
}
