/** Bytes of each block of an archive: headers have one, and contents are padded to full ones. */
export const BLOCK_BYTES = 512;

/** Where a header has its checksum, and how long that is. */
const CHECKSUM_AT = 148;
const CHECKSUM_BYTES = 8;

/**
 * Recognizes a tar archive by its first block: it has POSIX's or GNU's mark, or the right checksum, as archives from before
 * POSIX have, too. Their last byte is zero, so that no text is taken for one by chance.
 */
export function isTar(head: Uint8Array): boolean {
  if (head.length < BLOCK_BYTES) return false;
  const mark = String.fromCharCode(...head.subarray(257, 263));
  return mark === 'ustar\0' || mark === 'ustar ' || (head[BLOCK_BYTES - 1] === 0 && hasTarChecksum(head));
}

/** Whether a header has the sum of its bytes, signed or not, with blanks in place of the checksum itself. */
export function hasTarChecksum(block: Uint8Array): boolean {
  const stored = octal(block.subarray(CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_BYTES));
  if (stored === undefined) return false;
  let sum = CHECKSUM_BYTES * 0x20;
  let high = 0;
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    if (at === CHECKSUM_AT) at += CHECKSUM_BYTES;
    sum += block[at]!;
    if (block[at]! > 127) high += 1;
  }
  return stored === sum || stored === sum - high * 256;
}

/** A number in octal digits between blanks or zeros; `undefined` if it is something else, or nothing. */
export function octal(field: Uint8Array): number | undefined {
  const digits = /^[ \0]*([0-7]+)(?:[ \0]|$)/.exec(String.fromCharCode(...field))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** Whether all bytes are zero, as those of the block that ends an archive are. */
export function isZero(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}
