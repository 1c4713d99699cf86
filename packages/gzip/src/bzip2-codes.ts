import type { BitReader } from './bit-reader.ts';

const MAX_LENGTH = 20;
/** Codes up to this length, which are nearly all that occur, are found by one look into a table. */
const SHORT = 10;

/** One of the prefix codes of a block: canonical, of lengths from 1 to 20. */
export interface PrefixCode {
  /** By the next ten bits: symbol × 32 + length of the code, or 0 where it is longer or there is none. */
  readonly short: Uint16Array;
  /** By length: the first code of that length, where its symbols begin, and how many there are. */
  readonly firsts: Int32Array;
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** Symbols by code. */
  readonly symbols: Uint16Array;
}

/** The code in which each symbol has the length given; `undefined` where there is none, because codes would overlap. */
export function prefixCode(lengths: Uint8Array): PrefixCode | undefined {
  const short = new Uint16Array(1 << SHORT);
  const firsts = new Int32Array(MAX_LENGTH + 1);
  const starts = new Int32Array(MAX_LENGTH + 1);
  const counts = new Int32Array(MAX_LENGTH + 1);
  const symbols = new Uint16Array(lengths.length);
  let filled = 0;
  for (let length = 1, code = 0; length <= MAX_LENGTH; length++, code *= 2) {
    firsts[length] = code;
    starts[length] = filled;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      if (code >= 2 ** length) return undefined;
      symbols[filled++] = symbol;
      if (length <= SHORT) {
        const from = code << (SHORT - length);
        short.fill(symbol * 32 + length, from, from + (1 << (SHORT - length)));
      }
      code += 1;
    }
    counts[length] = filled - starts[length]!;
  }
  return { short, firsts, starts, counts, symbols };
}

/** Reads the next symbol; -1 where no code begins so. */
export function readSymbol(bits: BitReader, { short, firsts, starts, counts, symbols }: PrefixCode): number {
  const entry = short[bits.peek(SHORT)]!;
  if (entry !== 0) {
    bits.skip(entry & 31);
    return entry >>> 5;
  }
  const next = bits.peek(MAX_LENGTH);
  for (let length = SHORT + 1; length <= MAX_LENGTH; length++) {
    const index = (next >>> (MAX_LENGTH - length)) - firsts[length]!;
    if (index < 0 || index >= counts[length]!) continue;
    bits.skip(length);
    return symbols[starts[length]! + index]!;
  }
  return -1;
}
