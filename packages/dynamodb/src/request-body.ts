import type { Marshalled } from './marshal.ts';
import { wireParts } from './wire-parts.ts';

/** Bytes that a put of this item takes in the body of a BatchWriteItem. They are not its bytes as stored. */
export function putBytes({ json }: Marshalled): number {
  const { put, putEnd } = wireParts();
  return put.length + json.length + putEnd.length;
}

/** The body of a BatchWriteItem that puts these items, one at least, and asks for the capacity that it consumes. */
export function requestBody(table: string, items: readonly Marshalled[]): Buffer {
  const { put, putEnd, requestEnd } = wireParts();
  const start = Buffer.from(`{"RequestItems":{${JSON.stringify(table)}:[`);
  const puts = items.reduce((sum, item) => sum + putBytes(item), 0);
  // Each put ends with a comma; the last one gives way to the end.
  const body = Buffer.allocUnsafeSlow(start.length + puts - 1 + requestEnd.length);
  body.set(start);
  let at = start.length;
  for (const { json } of items) {
    body.set(put, at);
    body.set(json, at + put.length);
    at += put.length + json.length;
    body.set(putEnd, at);
    at += putEnd.length;
  }
  body.set(requestEnd, at - 1);
  return body;
}
