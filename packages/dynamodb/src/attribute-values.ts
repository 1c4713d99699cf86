import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Marshalled } from './marshal.ts';

/** An item as DynamoDB's low-level API takes it. */
export type Item = Record<string, AttributeValue>;

/** An item in JSON, where binary is text in base64. */
type JsonItem = Record<string, JsonValue>;

interface JsonValue {
  B?: string | Uint8Array;
  BS?: (string | Uint8Array)[];
  L?: JsonValue[];
  M?: JsonItem;
}

/** Returns the attribute values of an item's JSON, as an SDK client takes them. */
export function attributeValues({ json, binary }: Pick<Marshalled, 'json' | 'binary'>): Item {
  const item = JSON.parse(json.toString()) as JsonItem;
  return binary ? withBinary(item) : (item as Item);
}

/** The same item, with bytes where its JSON had base64. */
export function withBinary(item: object): Item {
  for (const value of Object.values(item as JsonItem)) decode(value);
  return item as Item;
}

function decode(value: JsonValue): void {
  if (typeof value.B === 'string') value.B = bytes(value.B);
  if (value.BS !== undefined) value.BS = value.BS.map((one) => (typeof one === 'string' ? bytes(one) : one));
  if (value.M !== undefined) withBinary(value.M);
  for (const one of value.L ?? []) decode(one);
}

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
