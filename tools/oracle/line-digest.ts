import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Read } from './reading.ts';

/** Counts canonical lines and makes one digest of them all; `dump` is a file that they are written into as well. */
export interface LineDigest {
  readonly add: (line: string) => void;
  readonly end: () => Read;
}

export function lineDigest(dump?: string): LineDigest {
  const hash = createHash('sha256');
  const file = dump === undefined ? undefined : openSync(dump, 'w');
  let lines = 0;
  return {
    add: (line) => {
      const data = `${line}\n`;
      lines += 1;
      hash.update(data);
      if (file !== undefined) writeSync(file, data);
    },
    end: () => {
      if (file !== undefined) closeSync(file);
      return { kind: 'read', lines, sha256: hash.digest('hex'), facts: {} };
    },
  };
}
