import { Buffer } from 'node:buffer';
import { MillraceError } from '@millrace/core';
import iconv from 'iconv-lite';
import type { Charset, Decode, Measure } from './charset.ts';
import { legacyCharset } from './legacy-charset.ts';
import { nearNames } from './near-names.ts';
import { decodeUtf16be, decodeUtf16le } from './utf16.ts';
import { utf32 } from './utf32.ts';
import { decodeUtf8 } from './utf8.ts';

/** Names of iconv-lite that are refused: what is no character encoding, and what it cannot decode strictly. */
const REFUSED: ReadonlySet<string> = new Set(['base64', 'hex', 'binary', 'cesu8', 'utf7', 'unicode11utf7', 'utf7imap']);

/**
 * Finds an encoding by name. Case and punctuation do not matter: `UTF-8` is `utf8`.
 *
 * @throws MillraceError `ENCODING_UNKNOWN`
 */
export function resolveCharset(name: string): Charset {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const unicode = unicodeCharset(plain);
  if (unicode !== undefined) return unicode;
  if (!REFUSED.has(plain) && iconv.encodingExists(plain)) return legacyCharset(name);

  const known = Object.keys(iconv.encodings ?? {}).filter((key) => !key.startsWith('_') && !REFUSED.has(key));
  const near = nearNames(plain, known);
  const hint = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  throw new MillraceError('ENCODING_UNKNOWN', `decodeText does not know the character encoding "${name}".${hint}`, {
    details: { charset: name, near },
  });
}

const measureUtf8: Measure = (text) => Buffer.byteLength(text);
const measureUtf16: Measure = (text) => 2 * text.length;
const measureUtf32: Measure = (text) => {
  let pairs = 0;
  for (let index = 0; index < text.length; index += 1) if ((text.charCodeAt(index) & 0xfc00) === 0xdc00) pairs += 1;
  return 4 * (text.length - pairs);
};

function unicodeCharset(plain: string): Charset | undefined {
  const measured = (measure: Measure, decode: Decode, marks: Charset['marks']): Charset => ({
    decode,
    measure: () => measure,
    marks,
  });
  switch (plain) {
    case 'utf8':
    case 'unicode11utf8':
      return measured(measureUtf8, decodeUtf8, { 'utf-8': decodeUtf8 });
    case 'utf16':
    case 'ucs2':
      return measured(measureUtf16, decodeUtf16le, { 'utf-16le': decodeUtf16le, 'utf-16be': decodeUtf16be });
    case 'utf16le':
      return measured(measureUtf16, decodeUtf16le, { 'utf-16le': decodeUtf16le });
    case 'utf16be':
      return measured(measureUtf16, decodeUtf16be, { 'utf-16be': decodeUtf16be });
    case 'utf32':
    case 'ucs4':
      return measured(measureUtf32, utf32(true), { 'utf-32le': utf32(true), 'utf-32be': utf32(false) });
    case 'utf32le':
    case 'ucs4le':
      return measured(measureUtf32, utf32(true), { 'utf-32le': utf32(true) });
    case 'utf32be':
    case 'ucs4be':
      return measured(measureUtf32, utf32(false), { 'utf-32be': utf32(false) });
    default:
      return undefined;
  }
}
