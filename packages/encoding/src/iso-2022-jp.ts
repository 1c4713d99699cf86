import { Buffer, isAscii } from 'node:buffer';
import type { Decode } from './charset.ts';
import { NONE } from './code-table.ts';
import { unitBuffer } from './unit-buffer.ts';

const ESC = 0x1b;
const REPLACEMENT = 0xfffd;

/** Bytes of escape sequences that may wait for the character behind them. One more sequence in the row is invalid. */
const MAX_WAITING = 30;

/** The sets of characters that ISO-2022-JP shifts between. The first is that at the beginning. */
const ASCII = 0;
const ROMAN = 1;
const KATAKANA = 2;
const KANJI = 3;

/** The escape sequences of RFC 1468, and the half-width katakana of JIS X 0201 that the Encoding Standard adds. */
const SHIFTS: ReadonlyMap<number, number> = new Map([
  [0x2842, ASCII],
  [0x284a, ROMAN],
  [0x2849, KATAKANA],
  [0x2440, KANJI],
  [0x2442, KANJI],
]);

/**
 * Decodes ISO-2022-JP as the Encoding Standard does, but for two escape sequences in a row, which it takes for an attack
 * and mail programs write. The platform's decoder is not used: it cannot say which bytes are invalid, and takes others.
 *
 * @param pairs the characters of JIS X 0208 as EUC-JP has them: by first byte × 256 + second byte
 */
export function iso2022jp(pairs: Uint16Array): Decode {
  const buffer = unitBuffer();
  return (bytes, last, invalid, shift = ASCII) => {
    if (shift === ASCII && isAscii(bytes) && !bytes.some(isShifting)) {
      return { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'), used: bytes.length };
    }
    const units = buffer.reserve(bytes.length);
    let [index, count, set] = [0, 0, shift];
    // An escape sequence belongs to the character behind it, so that offsets are the same for every cutting.
    let [escapesFrom, setBefore] = [-1, shift];
    const bad = (): void => {
      invalid(index, 1);
      units[count++] = REPLACEMENT;
      index += 1;
    };
    while (index < bytes.length) {
      const byte = bytes[index]!;
      if (byte === ESC) {
        const next = shiftAt(bytes, index);
        if (next === 'cut' && !last) break;
        if (typeof next === 'number' && (escapesFrom === -1 || index - escapesFrom < MAX_WAITING)) {
          if (escapesFrom === -1) [escapesFrom, setBefore] = [index, set];
          set = next;
          index += 3;
          continue;
        }
        bad();
      } else if (set !== KANJI) {
        const unit = alone(byte, set);
        if (unit === undefined) bad();
        else {
          units[count++] = unit;
          index += 1;
        }
      } else if (byte < 0x21 || byte > 0x7e) bad();
      else {
        const trail = bytes[index + 1];
        if (trail === undefined && !last) break;
        const unit =
          trail === undefined || trail < 0x21 || trail > 0x7e ? NONE : pairs[((byte << 8) | trail) + 0x8080]!;
        const length = trail === undefined || trail === ESC ? 1 : 2;
        if (unit === NONE) invalid(index, length);
        units[count++] = unit === NONE ? REPLACEMENT : unit;
        index += length;
      }
      escapesFrom = -1;
    }
    if (!last && escapesFrom !== -1) {
      return { text: buffer.text(count), used: escapesFrom, shift: setBefore };
    }
    return { text: buffer.text(count), used: index, shift: set };
  };
}

/** Escape, and the two bytes that shift in other encodings of its family; here they are no characters. */
function isShifting(byte: number): boolean {
  return byte === ESC || byte === 0x0e || byte === 0x0f;
}

/** The set that the escape sequence at `index` shifts to; whether it may still become one. */
function shiftAt(bytes: Uint8Array, index: number): number | 'cut' | undefined {
  const [first, second] = [bytes[index + 1], bytes[index + 2]];
  if (first === undefined || (second === undefined && (first === 0x24 || first === 0x28))) return 'cut';
  return SHIFTS.get((first << 8) | (second ?? 0));
}

/** The character of one byte in a set of such. */
function alone(byte: number, set: number): number | undefined {
  if (set === KATAKANA) return byte >= 0x21 && byte <= 0x5f ? 0xff61 - 0x21 + byte : undefined;
  if (byte >= 0x80 || isShifting(byte)) return undefined;
  if (set === ROMAN && byte === 0x5c) return 0xa5;
  return set === ROMAN && byte === 0x7e ? 0x203e : byte;
}
