import type { Decode } from './charset.ts';
import { type MultiByteTable, NONE, NOT_ALONE } from './code-table.ts';
import { unitBuffer } from './unit-buffer.ts';

const REPLACEMENT = 0xfffd;

/** How far a decode call is. */
interface Cursor {
  /** Bytes decoded. */
  index: number;
  /** Units written. */
  count: number;
}

/** Decodes an encoding of one to four bytes a character, such as Shift_JIS, by its tables. All of them extend ASCII. */
export function multiByte(single: Uint16Array, { pairs, rare }: MultiByteTable): Decode {
  const buffer = unitBuffer();

  /** Decodes up to the last byte, or to what is in neither table. Nothing else is in this loop, for speed. */
  function decodePlain(cursor: Cursor, bytes: Uint8Array, units: Uint16Array): void {
    const end = bytes.length - 1;
    let { index, count } = cursor;
    while (index < end) {
      const byte = bytes[index]!;
      if (byte < 0x80) {
        units[count++] = byte;
        index += 1;
        continue;
      }
      const alone = single[byte]!;
      if (alone !== NOT_ALONE) {
        units[count++] = alone;
        index += 1;
        continue;
      }
      const pair = pairs[(byte << 8) | bytes[index + 1]!]!;
      if (pair === NONE) break;
      units[count++] = pair;
      index += 2;
    }
    cursor.index = index;
    cursor.count = count;
  }

  return (bytes, last, invalid) => {
    const end = bytes.length;
    const units = buffer.reserve(end); // No sequence has more units than bytes.
    const cursor: Cursor = { index: 0, count: 0 };
    for (;;) {
      decodePlain(cursor, bytes, units);
      const { index } = cursor;
      if (index === end) break;
      const alone = single[bytes[index]!]!;
      if (alone !== NOT_ALONE) {
        units[cursor.count++] = alone;
        cursor.index += 1;
        continue;
      }
      const sequence = rare(bytes, index);
      if (index + sequence.length > end && !last) break;
      if (sequence.units === NONE) {
        const length = invalidLength(bytes, index, sequence.length);
        invalid(index, length);
        units[cursor.count++] = REPLACEMENT;
        cursor.index += length;
      } else {
        units[cursor.count++] = sequence.units & 0xffff;
        if (sequence.units >>> 16 !== 0) units[cursor.count++] = sequence.units >>> 16;
        cursor.index += sequence.length;
      }
    }
    return { text: buffer.text(cursor.count), used: cursor.index };
  };
}

/**
 * How much of a sequence that is no character one U+FFFD stands for: an ASCII byte in it is kept, as the Encoding
 * Standard has it, so that a damaged character does not eat the line feed behind it.
 */
function invalidLength(bytes: Uint8Array, index: number, length: number): number {
  let invalid = 1;
  while (invalid < length && (bytes[index + invalid] ?? 0) >= 0x80) invalid += 1;
  return invalid;
}
