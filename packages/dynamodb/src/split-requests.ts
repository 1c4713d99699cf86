import { MAX_BATCH_ITEMS, MAX_REQUEST_BYTES } from './limits.ts';
import { type Put, unitsOf } from './put.ts';
import { putBytes } from './request-body.ts';

/**
 * Splits items into requests that DynamoDB takes: 25 items, 16 MB on the wire; and of no more write units than a budget
 * lets one request have.
 */
export function splitRequests(puts: readonly Put[], maxUnits: number): readonly (readonly Put[])[] {
  const requests: Put[][] = [];
  let current: Put[] = [];
  let bytes = 0;
  let units = 0;
  for (const put of puts) {
    const more = putBytes(put.item);
    const moreUnits = unitsOf(put);
    const isFull =
      current.length === MAX_BATCH_ITEMS || bytes + more > MAX_REQUEST_BYTES || units + moreUnits > maxUnits;
    if (current.length === 0 || isFull) {
      requests.push((current = []));
      bytes = units = 0;
    }
    current.push(put);
    bytes += more;
    units += moreUnits;
  }
  return requests;
}
