import type { UnicodeName } from './charset.ts';

/** A zero byte of UTF-16 stands beside one of these: a printable character of ASCII, a tab or a line end. */
const isAsciiText = (byte: number): boolean =>
  (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** Zero bytes at least that show UTF-16 if they are few, as in Chinese text, in which only ASCII has them. */
const FEW_ZEROS = 3;

/**
 * Recognizes UTF-32 and UTF-16 without a byte order mark by the places of zero bytes, of which text in any other encoding has
 * none. Returns `undefined` unless the layout leaves no other reading: a file padded with zeros, for example, has them at
 * even and odd offsets alike.
 *
 * @param sure whether most of the characters must be ASCII. Without it, a few line ends or digits in Chinese text suffice, but
 *   UTF-16 in one byte order may look like the other then.
 */
export function wideLayout(head: Uint8Array, sure: boolean): UnicodeName | undefined {
  if (!head.includes(0)) return undefined;
  if (isUtf32(head, true)) return 'utf-32le';
  if (isUtf32(head, false)) return 'utf-32be';
  const [little, big] = [utf16Zeros(head, 1, sure), utf16Zeros(head, 0, sure)];
  if (little === 0 && big === 0) return undefined;
  return little >= big ? 'utf-16le' : 'utf-16be';
}

function isUtf32(head: Uint8Array, littleEndian: boolean): boolean {
  const whole = head.length & ~3;
  if (whole < 8) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  for (let index = 0; index < whole; index += 4) {
    const code = view.getUint32(index, littleEndian);
    if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
  }
  return true;
}

/**
 * How many units have a zero as their upper byte; 0 if the bytes are not UTF-16.
 *
 * @param parity 1 if the upper byte of a unit is the second one
 */
function utf16Zeros(head: Uint8Array, parity: 0 | 1, sure: boolean): number {
  const whole = head.length & ~1;
  let zeros = 0;
  let high = 0; // Bytes beyond ASCII in the other units.
  for (let index = 0; index < whole; index += 2) {
    const upper = head[index + parity]!;
    const lower = head[index + 1 - parity]!;
    if (upper === 0) {
      if (lower < 0x80 && !isAsciiText(lower)) return 0;
      zeros += 1;
    } else {
      high += (upper >= 0x80 ? 1 : 0) + (lower >= 0x80 ? 1 : 0);
    }
  }
  const units = whole / 2;
  if (zeros >= 2 && zeros * 2 >= units) return zeros;
  // Bytes of an ideograph are beyond ASCII about as often as not; those of ASCII text that zeros cut into fields never are.
  return !sure && zeros >= FEW_ZEROS && high * 4 >= units - zeros ? zeros : 0;
}
