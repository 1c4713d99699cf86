/**
 * Resolves the escapes of characters that XML cannot hold, such as `_x000D_` (ECMA-376-1, section 22.9.2.19); `_x005F_` is the
 * underscore of a text that only looks like one. Halves of a character are left as they are.
 */
export function unescapedText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (escape, digits: string) => {
    const code = Number.parseInt(digits, 16);
    return code >= 0xd800 && code <= 0xdfff ? escape : String.fromCharCode(code);
  });
}
