import { createHash } from 'node:crypto';
import type { Parser } from '@millrace/core';

/** What a file, or a file in an archive, holds. */
export interface Measured {
  readonly length: number;
  readonly sha256: string;
}

/** Makes a parser that makes one record of all bytes of an object, or of each of its parts. */
export function digestParts(): Parser<Uint8Array, Measured> {
  return Object.freeze<Parser<Uint8Array, Measured>>({
    kind: 'parser',
    name: 'digestParts',
    start: () => {
      const hash = createHash('sha256');
      let length = 0;
      return {
        push: (chunk) => {
          hash.update(chunk);
          length += chunk.length;
          return [];
        },
        end: () => [{ length, sha256: hash.digest('hex') }],
      };
    },
  });
}
