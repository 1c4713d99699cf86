import { MillraceError } from '@millrace/core';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { attributeValues } from './attribute-values.ts';
import type { Marshalled } from './marshal.ts';
import { withoutMessage } from './without-message.ts';

/** Values up to this length are in any message by chance. */
const SHORT = 2;

/**
 * Returns the error of an item that DynamoDB refuses, without what the item holds: some of DynamoDB's messages quote a value.
 * The names of attributes that it has at its top stay, since DynamoDB knows only those of keys and indexes. If anything had
 * to go, the cause goes as well, because its message says the same.
 */
export function refusedItem(error: MillraceError, item: Marshalled): MillraceError {
  const { code, details, cause, message } = error;
  let text = message;
  for (const one of contentOf(attributeValues(item))) text = text.replaceAll(one, '…');
  return text === message ? error : new MillraceError(code, text, { details, cause: withoutMessage(cause) });
}

/** The texts that an item holds, the longest first, so that one within another leaves nothing of it. */
function contentOf(item: Readonly<Record<string, AttributeValue>>): readonly string[] {
  const found = new Set<string>();
  const add = (value: AttributeValue): void => {
    for (const text of [value.S, value.N, ...(value.SS ?? []), ...(value.NS ?? [])]) {
      if (text !== undefined && text.length > SHORT) found.add(text);
    }
    for (const bytes of [value.B, ...(value.BS ?? [])]) {
      if (bytes !== undefined && bytes.length > SHORT) found.add(Buffer.from(bytes).toString('base64'));
    }
    for (const one of value.L ?? []) add(one);
    for (const [name, one] of Object.entries(value.M ?? {})) {
      if (name.length > SHORT) found.add(name);
      add(one);
    }
  };
  for (const value of Object.values(item)) add(value);
  return [...found].toSorted((a, b) => b.length - a.length);
}
