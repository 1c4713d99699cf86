import type { Marshalled } from './marshal.ts';

const PUT = Buffer.from('{"PutRequest":{"Item":');
const PUT_END = Buffer.from('}},');
const END = Buffer.from(']},"ReturnConsumedCapacity":"TOTAL"}');

/** Bytes that a put of this item takes in the body of a BatchWriteItem. They are not its bytes as stored. */
export function putBytes({ json }: Marshalled): number {
  return PUT.length + json.length + PUT_END.length;
}

/** The body of a BatchWriteItem that puts these items, one at least, and asks for the capacity that it consumes. */
export function requestBody(table: string, items: readonly Marshalled[]): Buffer {
  const start = Buffer.from(`{"RequestItems":{${JSON.stringify(table)}:[`);
  const puts = items.reduce((sum, item) => sum + putBytes(item), 0);
  // Each put ends with a comma; the last one gives way to the end.
  const body = Buffer.allocUnsafeSlow(start.length + puts - 1 + END.length);
  body.set(start);
  let at = start.length;
  for (const { json } of items) {
    body.set(PUT, at);
    body.set(json, at + PUT.length);
    at += PUT.length + json.length;
    body.set(PUT_END, at);
    at += PUT_END.length;
  }
  body.set(END, at - 1);
  return body;
}
