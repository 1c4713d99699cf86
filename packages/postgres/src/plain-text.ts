import { MillraceError } from '@millrace/core';

/**
 * The text as it is, where PostgreSQL can hold it.
 *
 * @throws MillraceError `POSTGRES_TEXT_NUL`, or `POSTGRES_TEXT_INVALID` for half a surrogate pair
 */
export function plainText(text: string): string {
  // https://www.postgresql.org/docs/current/datatype-character.html: the character with code zero cannot be stored.
  if (text.includes('\0')) {
    throw new MillraceError(
      'POSTGRES_TEXT_NUL',
      'The text has a NUL character, which PostgreSQL cannot hold. Take it out, or store the bytes.',
    );
  }
  if (!text.isWellFormed()) {
    throw new MillraceError(
      'POSTGRES_TEXT_INVALID',
      'The text has half a surrogate pair, which UTF-8 has no bytes for. Look at how the file was decoded.',
    );
  }
  return text;
}
