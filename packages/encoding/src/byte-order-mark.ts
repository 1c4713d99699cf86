import { MillraceError } from '@millrace/core';
import type { Charset, Decode, UnicodeName } from './charset.ts';

/** Bytes that are enough to tell. */
export const MARK_LENGTH = 4;

/** Longest first: the mark of UTF-32LE begins with that of UTF-16LE. */
const MARKS: readonly { readonly name: UnicodeName; readonly bytes: readonly number[] }[] = [
  { name: 'utf-32le', bytes: [0xff, 0xfe, 0x00, 0x00] },
  { name: 'utf-32be', bytes: [0x00, 0x00, 0xfe, 0xff] },
  { name: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { name: 'utf-16le', bytes: [0xff, 0xfe] },
  { name: 'utf-16be', bytes: [0xfe, 0xff] },
];

/** The encoding whose mark these bytes begin with. */
export function markOf(head: Uint8Array): UnicodeName | undefined {
  return MARKS.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte))?.name;
}

/**
 * How to decode an item that begins with `head`, at least {@link MARK_LENGTH} bytes where the item has so many. The mark
 * itself is left for the decoder: it comes out as U+FEFF.
 *
 * A mark that contradicts the declared encoding is an error, as one of them is wrong and decoding on would fill the
 * table with garbage. Under a legacy encoding the mark of UTF-16 counts only beside a zero byte, which no text in such
 * an encoding has: the two bytes alone are letters there.
 *
 * @throws MillraceError `ENCODING_BOM_CONTRADICTS`
 */
export function chooseDecode(charset: Charset, declared: string, head: Uint8Array): Decode {
  const mark = markOf(head);
  if (mark === undefined) return charset.decode;
  const agreed = charset.marks?.[mark];
  if (agreed !== undefined) return agreed;
  const zeros = head.subarray(0, MARK_LENGTH).includes(0);
  if (charset.marks === undefined && mark !== 'utf-8' && !zeros) return charset.decode;
  throw new MillraceError(
    'ENCODING_BOM_CONTRADICTS',
    `The text is declared as ${declared}, but it begins with the byte order mark of ${mark}. ` +
      `Declare ${mark}, or have the mark removed.`,
    { details: { charset: declared, mark } },
  );
}
