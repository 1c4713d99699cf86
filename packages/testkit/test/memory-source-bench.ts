import { setTimeout as sleep } from 'node:timers/promises';
import { MillraceError } from '@millrace/core';
import { type MemoryRef, memorySource, type SourceBench, type SourceSupports } from '../src/index.ts';

export const SOURCE_SUPPORTS: SourceSupports = { pinned: true, listing: true, breaks: true, holds: true };

const CHUNK = 64 * 1024;

export function memorySourceBench(): SourceBench<MemoryRef, Uint8Array> {
  let breakAt: number | undefined;
  let stallAt: number | undefined;
  const source = memorySource<Uint8Array>({
    before: async ({ chunk, range }) => {
      const at = range === undefined ? chunk * CHUNK : range.start + range.length;
      if (breakAt !== undefined && at >= breakAt) {
        breakAt = undefined;
        throw new MillraceError('MEMORY_BROKE_OFF', 'the memory broke off');
      }
      if (stallAt !== undefined && at >= stallAt) await sleep(60_000, undefined, { ref: false });
    },
  });
  return {
    source,
    put: (name, content) =>
      source.put(
        name,
        Array.from({ length: Math.ceil(content.length / CHUNK) }, (_, index) =>
          content.slice(index * CHUNK, (index + 1) * CHUNK),
        ),
      ),
    missing: { name: 'missing' },
    respell: ({ name }) => ({ name }),
    list: source.refs,
    cutShort: (_, after) => void (breakAt = after),
    stall: (_, after) => void (stallAt = after),
    held: source.unclosed,
  };
}
