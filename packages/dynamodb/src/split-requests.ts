import { MAX_BATCH_ITEMS, MAX_REQUEST_BYTES } from './limits.ts';
import type { Put } from './put.ts';
import { putBytes } from './request-body.ts';

/** Splits items into requests that DynamoDB takes: 25 items, 16 MB on the wire. */
export function splitRequests(puts: readonly Put[]): readonly (readonly Put[])[] {
  const requests: Put[][] = [];
  let current: Put[] = [];
  let bytes = 0;
  for (const put of puts) {
    const more = putBytes(put.item);
    if (current.length === 0 || current.length === MAX_BATCH_ITEMS || bytes + more > MAX_REQUEST_BYTES) {
      requests.push((current = []));
      bytes = 0;
    }
    current.push(put);
    bytes += more;
  }
  return requests;
}
