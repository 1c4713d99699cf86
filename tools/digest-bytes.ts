import { createHash } from 'node:crypto';
import type { Parser } from '@millrace/core';

/** What came out of the stages before, as one record at the end of the object, or of each of its parts. */
export interface Digest {
  readonly length: number;
  readonly digest: string;
}

/** Makes one record of all that reaches it, so that a feed can end after a decompressor or a charset decoder. */
export function digestBytes(algorithm: 'sha1' | 'sha256'): Parser<Uint8Array | string, Digest> {
  return Object.freeze<Parser<Uint8Array | string, Digest>>({
    kind: 'parser',
    name: 'digestBytes',
    start: () => {
      const hash = createHash(algorithm);
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
