/** Returns whether a character is white space of XML, which is less than that of JavaScript. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

/** Returns where the white space that begins at `from` ends; `from` if there is none. */
export function afterSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** Returns text without the white space at its end. */
export function trimmedEnd(text: string): string {
  let to = text.length;
  while (to > 0 && isSpace(text.charCodeAt(to - 1))) to -= 1;
  return to === text.length ? text : text.slice(0, to);
}

/** Returns text without the white space at both ends. */
export function trimmed(text: string): string {
  const from = afterSpace(text, 0);
  return trimmedEnd(from === 0 ? text : text.slice(from));
}
