/** `cut`: more bytes are needed to tell. */
type HeaderVerdict = 'valid' | 'invalid' | 'cut';

const STORED = 0;
const FIXED = 1;
const DYNAMIC = 2;

/** The order in which the code lengths of the code length alphabet are stored, RFC 1951 section 3.2.7. */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;
const END_OF_BLOCK = 256;

/**
 * Judges the header of the deflate block (RFC 1951 section 3.2.3) that starts at bit `start` of `bytes`, by the rules of
 * zlib. fflate makes do with any header; zlib refuses a wrong one, and so must we for both engines to agree.
 */
export function judgeBlockHeader(bytes: Uint8Array, start: number): HeaderVerdict {
  const end = bytes.length * 8;
  let at = start;
  const has = (bits: number): boolean => at + bits <= end;
  /** At most 16 bits, least significant first; zeros where the bytes end. */
  const take = (bits: number): number => {
    const index = at >>> 3;
    const word = (bytes[index] ?? 0) | ((bytes[index + 1] ?? 0) << 8) | ((bytes[index + 2] ?? 0) << 16);
    const value = (word >>> (at & 7)) & ((1 << bits) - 1);
    at += bits;
    return value;
  };

  if (!has(3)) return 'cut';
  const type = take(3) >> 1;
  if (type === FIXED) return 'valid';
  if (type === STORED) {
    at = (at + 7) & ~7;
    if (!has(32)) return 'cut';
    return (take(16) ^ take(16)) === 0xffff ? 'valid' : 'invalid'; // the length, and its complement
  }
  if (type !== DYNAMIC) return 'invalid';

  if (!has(14)) return 'cut';
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  if (literals > 286 || distances > 30) return 'invalid';
  const lengthLengths = new Uint8Array(LENGTH_ORDER.length);
  for (let left = take(4) + 4, index = 0; left > 0; left--, index++) {
    if (!has(3)) return 'cut';
    lengthLengths[LENGTH_ORDER[index]!] = take(3);
  }
  if (unusedCodes(lengthLengths) !== 0) return 'invalid';

  const symbols = symbolsByCode(lengthLengths, 7);
  const lengths = new Uint8Array(literals + distances);
  for (let known = 0; known < lengths.length;) {
    const symbol = symbols[take(7)]!;
    at -= 7 - lengthLengths[symbol]!;
    const [base, extraBits] = symbol < 16 ? [1, 0] : symbol === 16 ? [3, 2] : symbol === 17 ? [3, 3] : [11, 7];
    if (!has(extraBits)) return 'cut';
    const count = base + take(extraBits);
    if (known + count > lengths.length || (symbol === 16 && known === 0)) return 'invalid';
    lengths.fill(symbol < 16 ? symbol : symbol === 16 ? lengths[known - 1]! : 0, known, known + count);
    known += count;
  }
  if (lengths[END_OF_BLOCK] === 0) return 'invalid';
  return isUsable(lengths.subarray(0, literals)) && isUsable(lengths.subarray(literals)) ? 'valid' : 'invalid';
}

/** A code must be complete; only one of a single bit, or an alphabet that is not used at all, may be partly empty. */
function isUsable(lengths: Uint8Array): boolean {
  const unused = unusedCodes(lengths);
  return unused === 0 || (unused > 0 && Math.max(...lengths) <= 1);
}

/** How many of the 2^15 codes of 15 bits no symbol begins; negative where symbols overlap. */
function unusedCodes(lengths: Uint8Array): number {
  return lengths.reduce((unused, length) => (length === 0 ? unused : unused - 2 ** (15 - length)), 2 ** 15);
}

/** Which symbol each value of the next `bits` bits begins with, for a complete code; RFC 1951 section 3.2.2. */
function symbolsByCode(lengths: Uint8Array, bits: number): Uint8Array {
  const symbols = new Uint8Array(2 ** bits);
  let code = 0;
  for (let length = 1; length <= bits; length++) {
    for (const [symbol, itsLength] of lengths.entries()) {
      if (itsLength !== length) continue;
      // Codes are stored from their most significant bit on, so the table is indexed by the reversed code.
      for (let rest = 0; rest < 2 ** (bits - length); rest++) symbols[reversed(code + rest, bits)] = symbol;
      code += 2 ** (bits - length);
    }
  }
  return symbols;
}

function reversed(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((value >> bit) & 1) << (bits - 1 - bit);
  return result;
}
