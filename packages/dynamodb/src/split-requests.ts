import { MAX_BATCH_ITEMS, MAX_REQUEST_BYTES } from './limits.ts';
import type { Put } from './put.ts';
import { wireBytes } from './wire-bytes.ts';

/**
 * Bytes on the wire for each byte stored, at most. The worst is a zero in a list, spelt at length: 2 bytes stored, 57
 * sent. Text of control characters is six for one. By this figure a single item of 400 KB always fits into a request.
 */
const WORST_GROWTH = 32;

/**
 * Splits items into requests that DynamoDB takes: 25 items, 16 MB. Items are measured on the wire only where their
 * stored size leaves a doubt.
 */
export function splitRequests(puts: readonly Put[]): readonly (readonly Put[])[] {
  const stored = puts.reduce((sum, put) => sum + put.size, 0);
  if (puts.length <= MAX_BATCH_ITEMS && stored * WORST_GROWTH <= MAX_REQUEST_BYTES)
    return puts.length === 0 ? [] : [puts];
  const requests: Put[][] = [];
  let bytes = Infinity;
  for (const put of puts) {
    const more = wireBytes(put.item);
    const current = requests.at(-1);
    if (current === undefined || current.length === MAX_BATCH_ITEMS || bytes + more > MAX_REQUEST_BYTES) {
      requests.push([put]);
      bytes = more;
    } else {
      current.push(put);
      bytes += more;
    }
  }
  return requests;
}
