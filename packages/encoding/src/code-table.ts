/** In {@link CodeTable.single}: the byte is no character by itself. */
export const NOT_ALONE = 0xfffd;
/** In {@link CodeTable.pairs} and {@link Sequence}: no character. */
export const NONE = 0;

/** What the byte sequences of a legacy encoding stand for, in UTF-16 units. */
export interface CodeTable {
  /** By byte: a character, or {@link NOT_ALONE}. */
  readonly single: Uint16Array;
  /** For an encoding of more than one byte a character. */
  readonly multi: MultiByteTable | undefined;
}

export interface MultiByteTable {
  /** By first byte × 256 + second byte: a character, or {@link NONE}. */
  readonly pairs: Uint16Array;
  /** Reads at `index` what neither table has: a longer or a rare sequence, or one that is no character. */
  readonly rare: (bytes: Uint8Array, index: number) => Sequence;
}

export interface Sequence {
  /** Bytes in the sequence, also where some of them are still to come. */
  readonly length: number;
  /** One unit, or two of them with the first in the lower half; {@link NONE} where it is no character. */
  readonly units: number;
}

/** Whether the first 128 bytes stand for the characters of ASCII. */
export function extendsAscii(single: Uint16Array): boolean {
  return single.subarray(0, 0x80).every((character, byte) => character === byte);
}
