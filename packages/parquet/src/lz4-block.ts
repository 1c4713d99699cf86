import { invalid } from './parquet-error.ts';

/** Decompresses one LZ4 block to `length` bytes at most. */
export function lz4Block(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  return out.subarray(0, lz4Into(bytes, out));
}

/**
 * Decompresses one LZ4 block to the front of `out`, and returns how many bytes it has.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 *
 * @throws MillraceError `PARQUET_INVALID` if it is damaged, or does not fit
 */
export function lz4Into(bytes: Uint8Array, out: Uint8Array): number {
  const { length } = out;
  let [at, to] = [0, 0];
  const more = (nibble: number): number => {
    let value = nibble;
    if (nibble < 15) return value;
    for (let byte = 255; byte === 255; value += byte) {
      if (at >= bytes.length) throw invalid('A compressed page breaks off');
      byte = bytes[at++]!;
    }
    return value;
  };
  while (at < bytes.length) {
    const token = bytes[at++]!;
    const literals = more(token >> 4);
    if (literals > bytes.length - at || literals > length - to) throw invalid('A compressed page has too many bytes');
    out.set(bytes.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    // The last sequence has literals only.
    if (at === bytes.length) break;
    if (bytes.length - at < 2) throw invalid('A compressed page breaks off');
    const offset = bytes[at]! | (bytes[at + 1]! << 8);
    at += 2;
    const copied = more(token & 15) + 4;
    if (offset === 0 || offset > to || copied > length - to)
      throw invalid('A compressed page refers to what is not there');
    // Byte by byte: a copy may overlap what it makes.
    for (const end = to + copied; to < end; to += 1) out[to] = out[to - offset]!;
  }
  return to;
}
