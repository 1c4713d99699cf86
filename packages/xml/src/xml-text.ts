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
