import type { BitReader } from './bit-reader.ts';
import { type PrefixCode, prefixCode, readSymbol } from './bzip2-codes.ts';
import { OUTPUT_BYTES } from './engine.ts';
import { MORE } from './more-input.ts';

/** Symbols that are read by one code before the next selector is asked. */
const GROUP = 50;
/** More bytes than the symbols of a group, or all that stands before them in a block, can take. */
const GROUP_BYTES = 160;
const TABLES_BYTES = 32 * 1024;
/** A longer run cannot be meant: no block holds it. */
const LONGEST_RUN = 2 ** 21;

/** Makes the error for damage; it knows where, and whether the input has ended there. */
export type Damage = (what: string) => Error;

/**
 * Reads the block that stands behind its CRC, and yields what it decompresses to, piece by piece.
 *
 * @param sorted memory for the block, as large as the stream says that blocks are at most
 */
export function* bzip2Block(
  bits: BitReader,
  sorted: Uint32Array,
  damage: Damage,
): Generator<Uint8Array | typeof MORE, void, undefined> {
  while (!bits.has(TABLES_BYTES)) yield MORE;
  if (bits.read(1) === 1) throw damage('has a block in the form of bzip2 before 0.9.5, which is not supported');
  const origin = bits.read(24);
  const used = readUsedBytes(bits);
  if (used.length === 0) throw damage('has a block without a symbol');
  const { codes, selectors } = readCodes(bits, used.length + 2, damage);

  const end = used.length + 1;
  let length = 0;
  let run = 0;
  let runStep = 1;
  for (let group = 0, isOver = false; !isOver; group++) {
    while (!bits.has(GROUP_BYTES)) yield MORE;
    if (group >= selectors.length) throw damage('has a block that does not end');
    const code = codes[selectors[group]!]!;
    for (let left = GROUP; left > 0 && !isOver; left--) {
      const symbol = readSymbol(bits, code);
      if (symbol === 0 || symbol === 1) {
        run += runStep << symbol;
        runStep *= 2;
        if (run > LONGEST_RUN) throw damage('has a run that is longer than a block');
        continue;
      }
      if (symbol < 0) throw damage('has a code that does not exist');
      if (run > 0) {
        if (length + run > sorted.length) throw damage('has a block that is too large');
        sorted.fill(used[0]!, length, length + run);
        length += run;
        run = 0;
        runStep = 1;
      }
      isOver = symbol === end;
      if (isOver) break;
      if (length >= sorted.length) throw damage('has a block that is too large');
      sorted[length++] = toFront(used, symbol - 1);
    }
    if (bits.isOverrun) throw damage('ends inside a block');
  }
  if (origin >= length) throw damage('has a block that begins nowhere');
  yield* unsorted(sorted, length, origin);
}

/** Moves a byte to the front of those in use, and answers it. */
function toFront(used: Uint8Array, from: number): number {
  const byte = used[from]!;
  if (from < 16) for (let at = from; at > 0; at--) used[at] = used[at - 1]!;
  else used.copyWithin(1, 0, from);
  used[0] = byte;
  return byte;
}

function readUsedBytes(bits: BitReader): Uint8Array {
  const ranges = bits.read(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >>> range)) === 0) continue;
    const members = bits.read(16);
    for (let at = 0; at < 16; at++) if ((members & (0x8000 >>> at)) !== 0) used.push(range * 16 + at);
  }
  return Uint8Array.from(used);
}

interface Codes {
  readonly codes: readonly PrefixCode[];
  /** Which code reads each group of symbols. */
  readonly selectors: Uint8Array;
}

function readCodes(bits: BitReader, symbols: number, damage: Damage): Codes {
  const count = bits.read(3);
  const groups = bits.read(15);
  if (count < 2 || count > 6 || groups === 0) throw damage('has a block without codes');
  const order = Uint8Array.from({ length: count }, (_, index) => index);
  const selectors = Uint8Array.from({ length: groups }, () => {
    let index = 0;
    while (bits.read(1) === 1) if (++index >= count) throw damage('selects a code that does not exist');
    return toFront(order, index);
  });
  const codes = Array.from({ length: count }, () => {
    const lengths = new Uint8Array(symbols);
    let length = bits.read(5);
    for (let symbol = 0; symbol < symbols; symbol++) {
      for (let steps = 0; ; steps++) {
        if (length < 1 || length > 20 || steps > 20) throw damage('has a code of a length that cannot be');
        if (bits.read(1) === 0) break;
        length += bits.read(1) === 0 ? 1 : -1;
      }
      lengths[symbol] = length;
    }
    const code = prefixCode(lengths);
    if (code === undefined) throw damage('has codes that overlap');
    return code;
  });
  if (bits.isOverrun) throw damage('ends inside a block');
  return { codes, selectors };
}

/**
 * Undoes the Burrows-Wheeler transform, and the run lengths in front of it: four equal bytes are followed by how many more
 * of them there are.
 */
function* unsorted(sorted: Uint32Array, length: number, origin: number): Generator<Uint8Array, void, undefined> {
  const starts = new Uint32Array(257);
  for (let at = 0; at < length; at++) starts[(sorted[at]! & 255) + 1]!++;
  for (let byte = 0; byte < 256; byte++) starts[byte + 1]! += starts[byte]!;
  // Above each byte goes the place of the one that follows it in the text.
  for (let at = 0; at < length; at++) sorted[starts[sorted[at]! & 255]!++]! |= at << 8;

  // A byte may be repeated 255 times, so that there must be room for so many.
  const room = Math.min(OUTPUT_BYTES, length * 64 + 256);
  let output = new Uint8Array(room);
  let size = 0;
  let next = sorted[origin]! >>> 8;
  let previous = -1;
  let equal = 0;
  for (let at = 0; at < length; at++) {
    const entry = sorted[next]!;
    const byte = entry & 255;
    next = entry >>> 8;
    if (equal === 4) {
      output.fill(previous, size, size + byte);
      size += byte;
      equal = 0;
      previous = -1;
    } else {
      output[size++] = byte;
      equal = byte === previous ? equal + 1 : 1;
      previous = byte;
    }
    if (size <= room - 255) continue;
    yield output.subarray(0, size);
    output = new Uint8Array(room);
    size = 0;
  }
  if (size > 0) yield output.subarray(0, size);
}
