import { lz4Into } from './lz4-block.ts';

/** Bytes of a length; the highest one comes first. */
const LENGTH = 4;

/**
 * Decompresses a page of the codec `LZ4`, which the format has given up because it never said what the bytes are. Usually they
 * are Hadoop's frames: the length of what a frame decompresses to, then blocks, each after its length, until there is that
 * much. Old versions of Arrow wrote a bare block, so bytes that are not frames are read as one.
 * https://github.com/apache/parquet-format/blob/master/Compression.md#lz4
 *
 * @throws MillraceError `PARQUET_INVALID` if they are neither
 */
export function lz4Hadoop(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  return areFrames(bytes, out) ? out : out.subarray(0, lz4Into(bytes, out));
}

/** Decompresses frames to `out`. Returns whether they are frames, and fill it. */
function areFrames(bytes: Uint8Array, out: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [at, to] = [0, 0];
  const nextLength = (): number => {
    at += LENGTH;
    return at > bytes.length ? Number.NaN : view.getUint32(at - LENGTH);
  };
  while (at < bytes.length) {
    const end = to + nextLength();
    if (!(end <= out.length)) return false;
    do {
      const stored = nextLength();
      if (!(stored <= bytes.length - at)) return false;
      const made = blockInto(bytes.subarray(at, at + stored), out.subarray(to, end));
      if (made === undefined || (made === 0 && to < end)) return false;
      at += stored;
      to += made;
    } while (to < end);
  }
  return to === out.length;
}

function blockInto(bytes: Uint8Array, out: Uint8Array): number | undefined {
  try {
    return lz4Into(bytes, out);
  } catch {
    return undefined;
  }
}
