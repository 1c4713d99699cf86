import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { MillraceError } from '@millrace/core';
import { attributeValues, type Item } from './attribute-values.ts';
import { decimalText, parseDecimal } from './decimal.ts';
import { MAX_PARTITION_KEY_BYTES, MAX_SORT_KEY_BYTES } from './limits.ts';
import { marshal } from './marshal.ts';
import { binaryOf, numberOf } from './scalar.ts';
import { utf8Bytes } from './utf8-bytes.ts';

/** The names of a table's key attributes. */
export interface KeyNames {
  readonly partitionKey: string;
  readonly sortKey?: string | undefined;
}

/**
 * A text that two items share exactly where DynamoDB holds their primary keys equal: numbers by value, so that 1 is 1.0;
 * binary by bytes.
 *
 * @throws MillraceError `DYNAMODB_KEY_MISSING`, `DYNAMODB_KEY_INVALID`, `DYNAMODB_KEY_EMPTY` or `DYNAMODB_KEY_TOO_LONG`
 *   for a key that no table takes
 */
export function keyIdentity(item: Item, keys: KeyNames): string {
  return identity((name) => (Object.hasOwn(item, name) ? item[name] : undefined), keys);
}

/** The {@link keyIdentity} of the item that a record becomes. The record has been marshalled before. */
export function recordKeyIdentity(record: object, keys: KeyNames): string {
  return identity((name) => {
    const value: unknown = Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined;
    return value === undefined ? undefined : keyValue(value);
  }, keys);
}

/** The {@link recordKeyIdentity} of any record; `undefined` for one that cannot be stored for want of a key. */
export function recordKey(record: unknown, keys: KeyNames): string | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  try {
    return recordKeyIdentity(record, keys);
  } catch {
    return undefined;
  }
}

function keyValue(value: unknown): AttributeValue | undefined {
  if (typeof value === 'string') return { S: value };
  const B = typeof value === 'object' && value !== null ? binaryOf(value) : undefined;
  if (B !== undefined) return { B };
  const number = numberOf(value, true);
  return number === undefined ? attributeValues(marshal({ value }, true))['value'] : { N: number.text };
}

function identity(valueOf: (name: string) => AttributeValue | undefined, { partitionKey, sortKey }: KeyNames): string {
  const partition = valueIdentity(valueOf(partitionKey), partitionKey, MAX_PARTITION_KEY_BYTES);
  if (sortKey === undefined) return partition;
  return `${partition.length}:${partition}${valueIdentity(valueOf(sortKey), sortKey, MAX_SORT_KEY_BYTES)}`;
}

function valueIdentity(value: AttributeValue | undefined, name: string, limit: number): string {
  if (value === undefined) throw missing(name);
  if (value.S !== undefined) {
    checkLength(name, value.S.length * 3 <= limit && value.S !== '' ? 1 : utf8Bytes(value.S), limit);
    return `S${value.S}`;
  }
  if (value.N !== undefined) return `N${decimalText(parseDecimal(value.N)!)}`;
  if (value.B !== undefined) {
    checkLength(name, value.B.byteLength, limit);
    return `B${Buffer.from(value.B.buffer, value.B.byteOffset, value.B.byteLength).toString('latin1')}`;
  }
  throw new MillraceError(
    'DYNAMODB_KEY_INVALID',
    `Key attribute ${JSON.stringify(name)} is a ${Object.keys(value)[0]}; a key is text, a number or binary.`,
    { details: { attribute: name } },
  );
}

function missing(name: string): MillraceError {
  return new MillraceError(
    'DYNAMODB_KEY_MISSING',
    `The record lacks key attribute ${JSON.stringify(name)}. Set it, or name the table's key in partitionKey and sortKey.`,
    { details: { attribute: name } },
  );
}

function checkLength(name: string, bytes: number, limit: number): void {
  if (bytes > 0 && bytes <= limit) return;
  throw bytes === 0
    ? new MillraceError(
        'DYNAMODB_KEY_EMPTY',
        `Key attribute ${JSON.stringify(name)} is empty; a key has 1 byte at least.`,
        {
          details: { attribute: name },
        },
      )
    : new MillraceError(
        'DYNAMODB_KEY_TOO_LONG',
        `Key attribute ${JSON.stringify(name)} has ${bytes} bytes; DynamoDB takes ${limit}. Store a hash of it as the key.`,
        { details: { attribute: name, bytes, limit } },
      );
}
