import { Buffer } from 'node:buffer';
import type { Decode } from './charset.ts';

/** Decodes UTF-16LE. A surrogate without its other half is invalid, and so is an odd byte at the end. */
export const decodeUtf16le: Decode = (bytes, last, invalid) => {
  const units = bytes.length >>> 1;
  // A high surrogate at the end waits for the low one.
  const waiting = !last && units > 0 && isHighSurrogate(bytes[2 * units - 1]!) ? 1 : 0;
  const used = 2 * (units - waiting);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, used).toString('utf16le');
  const whole = text.isWellFormed();
  if (!whole) for (const { index } of text.matchAll(/\p{Surrogate}/gu)) invalid(2 * index, 2);
  const sound = whole ? text : text.toWellFormed();
  if (!last || used === bytes.length) return { text: sound, used };
  invalid(used, 1);
  return { text: `${sound}\uFFFD`, used: bytes.length };
};

/** Decodes UTF-16BE as UTF-16LE behind a swapped copy: two native calls beat any loop over characters. */
export const decodeUtf16be: Decode = (bytes, last, invalid) => {
  const swapped = Buffer.from(bytes);
  swapped.subarray(0, swapped.length & ~1).swap16();
  return decodeUtf16le(swapped, last, invalid);
};

function isHighSurrogate(upperByte: number): boolean {
  return (upperByte & 0xfc) === 0xd8;
}
