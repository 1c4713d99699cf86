import { createHash } from 'node:crypto';
import type { Parser } from '@millrace/core';

/** What a codec of chunks has put out, as one record at the end. */
export interface Digest {
  readonly length: number;
  readonly digest: string;
}

/** A codec that makes one record of all that reaches it, so that a codec of chunks can be fuzzed in a feed. */
export function digestBytes(): Parser<Uint8Array | string, Digest> {
  return Object.freeze<Parser<Uint8Array | string, Digest>>({
    kind: 'parser',
    name: 'digestBytes',
    start: () => {
      const hash = createHash('sha1');
      let length = 0;
      return {
        push: (chunk) => {
          hash.update(chunk);
          length += chunk.length;
          return [];
        },
        end: () => [{ length, digest: hash.digest('hex') }],
      };
    },
  });
}
