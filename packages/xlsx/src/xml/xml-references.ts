import { invalid } from '../xlsx-error.ts';

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Characters at most in a reference: more do not fit a number of Unicode, even with zeros in front. */
export const REFERENCE_CHARS = 16;

/**
 * The text that XML means: references resolved, and line ends as LF.
 *
 * @throws MillraceError `XLSX_INVALID`
 */
export function resolvedText(text: string): string {
  const plain = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  return plain.includes('&') ? plain.replace(/&([^;&]{0,14};?)/g, resolved) : plain;
}

/** The value of an attribute: as text, with each white space as a space (XML 1.0, section 3.3.3). */
export function resolvedAttribute(raw: string): string {
  const plain = /[\t\n\r]/.test(raw) ? raw.replace(/\r\n|[\t\n\r]/g, ' ') : raw;
  return plain.includes('&') ? plain.replace(/&([^;&]{0,14};?)/g, resolved) : plain;
}

function resolved(_: string, reference: string): string {
  const name = reference.slice(0, -1);
  const named = reference.endsWith(';') && Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  if (named !== undefined) return named;
  const digits = /^#(?:(\d+)|x([\da-fA-F]+));$/.exec(reference);
  const code = digits === null ? 0 : digits[1] === undefined ? Number.parseInt(digits[2]!, 16) : Number(digits[1]);
  const isCharacter = (code >= 0x20 && code <= 0x10ffff) || code === 0x09 || code === 0x0a || code === 0x0d;
  if (!isCharacter || (code >= 0xd800 && code <= 0xdfff)) throw invalid('Its XML has a "&" that begins no reference');
  return String.fromCodePoint(code);
}
