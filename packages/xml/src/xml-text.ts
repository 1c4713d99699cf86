import type { RejectedRecord } from '@millrace/core/plugin';

/** Characters that a rejection keeps of a record that is too long to be kept whole. */
export const EXCERPT_CHARS = 4096;

/** The rejection of a record that was stepped over because of its length. `raw` is its beginning, or more. */
export function recordTooLong(raw: string, length: number, line: number, maxRecordChars: number): RejectedRecord {
  const beginning = raw.slice(0, Math.min(EXCERPT_CHARS, maxRecordChars));
  return {
    code: 'RECORD_TOO_LONG',
    message:
      `The record on line ${line} has ${length} characters, and maxRecordChars allows ${maxRecordChars}. ` +
      'Its beginning is kept.',
    // Half a surrogate pair is no text.
    raw: /[\uD800-\uDBFF]$/.test(beginning) ? beginning.slice(0, -1) : beginning,
    line,
  };
}

/** References that need no DTD. */
const REFERENCE = /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});/y;

/** Characters at most in such a reference. */
export const REFERENCE_CHARS = 10;

/** Where an ampersand stands that begins none, or -1: saxes would take all text up to the next semicolon for its name. */
export function strayAmpersand(text: string): number {
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    REFERENCE.lastIndex = at;
    if (!REFERENCE.test(text)) return at;
  }
  return -1;
}
