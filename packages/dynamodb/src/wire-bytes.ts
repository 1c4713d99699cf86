import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './marshal.ts';

/** `{"PutRequest":{"Item":` and `}},`. */
const PUT_BYTES = 26;

/**
 * Bytes of an item in the body of a BatchWriteItem request. They are not its bytes as stored: binary grows by a third,
 * and each control character in a text takes six bytes.
 */
export function wireBytes(item: Item): number {
  return PUT_BYTES + mapBytes(item);
}

function mapBytes(item: Item): number {
  let bytes = 2;
  for (const name of Object.keys(item)) bytes += textBytes(name) + 2 + valueBytes(item[name]!);
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return 6 + textBytes(value.S);
  if (value.N !== undefined) return 6 + textBytes(value.N);
  if (value.M !== undefined) return 6 + mapBytes(value.M);
  if (value.L !== undefined) return 6 + listBytes(value.L, valueBytes);
  if (value.B !== undefined) return 6 + base64Bytes(value.B);
  if (value.SS !== undefined) return 7 + listBytes(value.SS, textBytes);
  if (value.NS !== undefined) return 7 + listBytes(value.NS, textBytes);
  if (value.BS !== undefined) return 7 + listBytes(value.BS, base64Bytes);
  return '{"BOOL":false}'.length;
}

function listBytes<T>(values: readonly T[], bytesOf: (value: T) => number): number {
  return values.reduce((sum, value) => sum + bytesOf(value) + 1, 2);
}

function textBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

function base64Bytes(bytes: Uint8Array): number {
  return 2 + Math.ceil(bytes.byteLength / 3) * 4;
}
