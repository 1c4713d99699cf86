/** Zeros at most before the digits of a reference. XML sets no limit, but what a chunk cuts has to be held. */
const ZEROS = 1000;

/** References that need no DTD. */
const REFERENCE = new RegExp(`&(?:amp|lt|gt|quot|apos|#0{0,${ZEROS}}\\d{1,7}|#x0{0,${ZEROS}}[\\da-fA-F]{1,6});`, 'y');

/** Characters at most in such a reference. */
export const REFERENCE_CHARS = ZEROS + 11;

/** Where an ampersand stands that begins none, or -1: saxes would take all text up to the next semicolon for its name. */
export function strayAmpersand(text: string): number {
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    REFERENCE.lastIndex = at;
    if (!REFERENCE.test(text)) return at;
  }
  return -1;
}

/** Leaves out white space at both ends: that of XML, which is less than that of JavaScript. */
export function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isWhiteSpace(text.charCodeAt(from))) from += 1;
  while (to > from && isWhiteSpace(text.charCodeAt(to - 1))) to -= 1;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}
