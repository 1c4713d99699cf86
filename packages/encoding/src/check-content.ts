import { MillraceError } from '@millrace/core';
import type { Charset, UnicodeName } from './charset.ts';
import { contentSignature } from './content-signature.ts';
import { wideLayout } from './wide-layout.ts';

/** Bytes of plain ASCII that cannot be UTF-16 by chance. */
const ASCII_BYTES = 32;

/**
 * Checks that the beginning of an item can be text in the declared encoding. It looks at the same bytes however the item was
 * cut into chunks.
 *
 * @param head the first `SIGNATURE_LENGTH` bytes, or all of a shorter item
 * @param isMarked whether they begin with a byte order mark, which has settled the encoding
 * @throws MillraceError `ENCODING_NOT_TEXT` for a format that is not text
 * @throws MillraceError `ENCODING_CONTRADICTS` for UTF-16 or UTF-32 under another encoding, and for ASCII under these
 */
export function checkContent(charset: Charset, declared: string, head: Uint8Array, isMarked: boolean): void {
  const signature = contentSignature(head);
  if (signature !== undefined) {
    const { name, advice } = signature;
    throw new MillraceError('ENCODING_NOT_TEXT', `The item is not text: it begins like ${name}. ${advice} ${ANYWAY}`, {
      details: { charset: declared, found: name },
    });
  }
  if (isMarked) return;
  const found = wideLayout(head, isWide(charset));
  if (found !== undefined) {
    if (!declares(charset, found)) throw contradicts(declared, found);
  } else if (isWide(charset) && head.length >= ASCII_BYTES && head.every((byte) => byte > 0 && byte < 0x80)) {
    throw contradicts(declared, 'utf-8');
  }
}

const ANYWAY = "To load it all the same, set content to 'any'.";

function contradicts(declared: string, found: UnicodeName): MillraceError {
  return new MillraceError(
    'ENCODING_CONTRADICTS',
    `The text is declared as ${declared}, but its bytes are laid out like ${found} without a byte order mark. ` +
      `Declare ${found}. ${ANYWAY}`,
    { details: { charset: declared, found } },
  );
}

/** Whether bytes in this layout are decoded as such: without a mark, `utf-16` and `utf-32` are little-endian. */
function declares({ marks, decode }: Charset, found: UnicodeName): boolean {
  return marks?.[found] === decode;
}

function isWide({ marks }: Charset): boolean {
  return marks !== undefined && marks['utf-8'] === undefined;
}
