/** Bytes of each block of an archive: headers have one, and contents are padded to full ones. */
export const BLOCK_BYTES = 512;

/** Where a header has its checksum, and how long that is. */
const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;

/** Where POSIX and GNU have their mark. */
const MARK_AT = 257;

/**
 * Recognizes a tar archive by its first block: it has POSIX's or GNU's mark, or the right checksum, as archives from before
 * POSIX have, too. Their last byte is zero, so that no text is taken for one by chance.
 */
export function isTar(head: Uint8Array): boolean {
  if (head.length < BLOCK_BYTES) return false;
  const hasMark = hasText(head, MARK_AT, 'ustar') && (head[MARK_AT + 5] === 0 || head[MARK_AT + 5] === 0x20);
  return hasMark || (head[BLOCK_BYTES - 1] === 0 && hasTarChecksum(head));
}

/** Whether a header is in POSIX's form. */
export function isPosix(block: Uint8Array): boolean {
  return hasText(block, MARK_AT, 'ustar\0');
}

/** Whether these bytes are in a block. It is called for each header, so it makes no text of them. */
export function hasText(block: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (block[at + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** Whether a header has the sum of its bytes, signed or not, with blanks in place of the checksum itself. */
export function hasTarChecksum(block: Uint8Array): boolean {
  const stored = octal(block, CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES);
  if (stored === undefined) return false;
  const sum = sumOf(block, 0, CHECKSUM_AT) + CHECKSUM_BYTES * 0x20 + sumOf(block, CHECKSUM_AT + CHECKSUM_BYTES);
  return stored === sum || stored === sum - 256 * countOfHigh(block);
}

function sumOf(block: Uint8Array, from: number, to: number = BLOCK_BYTES): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += block[at]!;
  return sum;
}

/** How many bytes besides the checksum are negative as signed ones. */
function countOfHigh(block: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    if (at < CHECKSUM_AT || at >= CHECKSUM_AT + CHECKSUM_BYTES) count += block[at]! >>> 7;
  }
  return count;
}

/** A number in octal digits after blanks or zeros, with one of these after it; `undefined` if it is something else, or nothing. */
export function octal(block: Uint8Array, from: number, to: number): number | undefined {
  const start = afterPadding(block, from, to);
  let value = 0;
  let at = start;
  for (; at < to; at += 1) {
    const digit = block[at]! - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  return at > start && (at === to || isPadding(block[at]!)) ? value : undefined;
}

/** Where blanks and zeros end. */
export function afterPadding(block: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isPadding(block[at]!)) at += 1;
  return at;
}

function isPadding(byte: number): boolean {
  return byte === 0 || byte === 0x20;
}

/** Whether all bytes are zero, as those of the block that ends an archive are. */
export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== 0) return false;
  return true;
}
