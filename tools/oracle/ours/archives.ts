import { type Decompressor, feed, map } from '@millrace/core';
import { fileSource } from '@millrace/file';
import { decompress, type ExtraFormat, gunzip } from '@millrace/gzip';
import { bzip2 } from '@millrace/gzip/bzip2';
import { tar } from '@millrace/gzip/tar';
import { zip } from '@millrace/gzip/zip';
import { digestBytes } from '../../digest-bytes.ts';
import { canonical } from '../canonical.ts';
import type { LinesFeed } from '../carry.ts';

/** Test data is often of few distinct bytes; an archive may hold 8 GB of zeros. */
const LIMITS = { maxOutputBytes: 512 * 1024 ** 2, maxRatio: Number.MAX_SAFE_INTEGER, ratioFloorBytes: 0 } as const;
const ALL = {
  entries: (): boolean => true,
  onMissing: 'ignore',
  onTrailing: 'ignore',
  maxEntries: 1_000_000,
  maxNameBytes: 65_535,
} as const;

/** What is around an archive. */
export type Wrapper = 'gzip' | 'bzip2' | 'none';

/**
 * The files of an archive with their lengths and digests, as they are: a compressed file in it is not decompressed. Bytes
 * around the archive are passed over, as the oracles do.
 */
export function filesIn(format: 'zip' | 'tar', wrapper: Wrapper = 'none'): LinesFeed {
  const archive = undo(format === 'zip' ? zip({ ...ALL, onPrefix: 'skip' }) : tar(ALL));
  return (sink) => {
    const start = feed('oracle').from(fileSource());
    const flow = wrapper === 'none' ? start.through(archive) : start.through(decompressor(wrapper)).through(archive);
    return flow
      .through(digestBytes('sha256'))
      .through(map(({ length, digest }, { item }) => canonical({ name: item.part ?? '', length, sha256: digest })))
      .to(sink);
  };
}

/** All that a compressed file holds, as one length and digest. */
export function contentOf(format: 'gzip' | 'bzip2' | 'zlib'): LinesFeed {
  return (sink) =>
    feed('oracle')
      .from(fileSource())
      .through(decompressor(format))
      .through(digestBytes('sha256'))
      .through(map(({ length, digest }) => canonical({ length, sha256: digest })))
      .to(sink);
}

function decompressor(format: 'gzip' | 'bzip2' | 'zlib'): Decompressor {
  if (format === 'gzip') return gunzip({ ...LIMITS, maxRatio: 1032 });
  if (format === 'bzip2') return undo(bzip2());
  return decompress({ ...LIMITS, expect: format, maxDepth: 1, onConflict: 'bytes' });
}

/** Undoes one format and nothing inside it; `decompress` goes on to what is inside, which no oracle does. */
function undo(format: ExtraFormat): Decompressor {
  return Object.freeze<Decompressor>({
    kind: 'decompressor',
    name: format.format,
    start: ({ count }) => format.start(LIMITS, count),
  });
}
