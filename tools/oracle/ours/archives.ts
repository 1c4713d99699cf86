import { type Decompressor, feed, map } from '@millrace/core';
import { fileSource } from '@millrace/file';
import { decompress, gunzip } from '@millrace/gzip';
import { bzip2 } from '@millrace/gzip/bzip2';
import { tar } from '@millrace/gzip/tar';
import { zip } from '@millrace/gzip/zip';
import { canonical } from '../canonical.ts';
import type { LinesFeed } from '../carry.ts';
import { digestParts } from './digest-parts.ts';

/** Test data is often of few distinct bytes. */
const LIMITS = { maxOutputBytes: 4 * 1024 ** 3, maxRatio: Number.MAX_SAFE_INTEGER } as const;
const ALL = { entries: (): boolean => true, onMissing: 'ignore', onTrailing: 'ignore' } as const;

/** The files of an archive with their lengths and digests. Bytes around it are passed over, as the oracles do. */
export function filesIn(format: 'zip' | 'tar'): LinesFeed {
  const isZip = format === 'zip';
  const codec = decompress({
    ...LIMITS,
    formats: isZip ? [zip({ ...ALL, onPrefix: 'skip' })] : [bzip2(), tar(ALL)],
    expect: isZip ? 'zip' : ['tar', 'gzip', 'bzip2'],
    // Only what is around the archive: its files are compared as they are.
    maxDepth: 1,
    onConflict: 'bytes',
  });
  return (sink) =>
    feed('oracle')
      .from(fileSource())
      .through(codec)
      .through(digestParts())
      .through(map((measured, { item }) => canonical({ name: item.part ?? '', ...measured })))
      .to(sink);
}

/** All that a compressed file holds, as one length and digest. */
export function contentOf(format: 'gzip' | 'bzip2' | 'zlib'): LinesFeed {
  return (sink) =>
    feed('oracle')
      .from(fileSource())
      .through(decompressor(format))
      .through(digestParts())
      .through(map((measured) => canonical(measured)))
      .to(sink);
}

function decompressor(format: 'gzip' | 'bzip2' | 'zlib'): Decompressor {
  if (format === 'gzip') return gunzip({ ...LIMITS, maxRatio: 1032 });
  return decompress({ ...LIMITS, formats: [bzip2()], expect: format, maxDepth: 1, onConflict: 'bytes' });
}
