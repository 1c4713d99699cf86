/**
 * Makes a text from outside, such as an object's key or a file's raw line, safe to print: control characters, which could move the
 * cursor or change what is on the screen, and characters that change the direction of text become escapes such as `\x1b`.
 *
 * @example
 * console.log(printable(rejection.raw));
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu, (character) => {
      const known = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
      if (known !== undefined) return known;
      const code = character.codePointAt(0)!.toString(16);
      return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
    });
}
