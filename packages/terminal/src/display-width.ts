import { stripVTControlCharacters } from 'node:util';

/**
 * Columns that a text occupies in a terminal: East Asian wide characters and emoji take two, combining marks none. Escape
 * sequences for colors do not count.
 */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    const code = character.codePointAt(0)!;
    if (code < 0x300) width += 1;
    else if (!/^(?:\p{M}|[\u200B-\u200D])$/u.test(character)) width += isWide(code) ? 2 : 1;
  }
  return width;
}

/** The blocks that Unicode's East Asian Width calls wide or full width, and emoji. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** Cuts the middle out of a text that is wider than `width`, so that a path keeps its beginning and its more telling end. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width <= 1) return width < 1 ? '' : '…';
  const characters = Array.from(text);
  const end = take(characters.toReversed(), Math.ceil(((width - 1) * 2) / 3)).toReversed();
  const start = take(characters, width - 1 - displayWidth(end.join('')));
  return `${start.join('')}…${end.join('')}`;
}

function take(characters: readonly string[], width: number): readonly string[] {
  let used = 0;
  const kept: string[] = [];
  for (const character of characters) {
    used += displayWidth(character);
    if (used > width) break;
    kept.push(character);
  }
  return kept;
}

/** Adds spaces up to a width, after the text or, for figures, before it. */
export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + space : space + text;
}

/** Breaks a text into lines of at most `width` columns, at spaces if it can. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    // A path or a URI has no spaces, and must stay whole to be copied: it is left to the terminal to break.
  }
  return [...lines, line];
}
