import { Buffer } from 'node:buffer';
import { MillraceError } from '@millrace/core';
import type { Charset, Decode, Measure } from './charset.ts';
import type { Charsets } from './charsets.ts';
import { documentedName, documentedNames } from './documented-names.ts';
import { nearNames } from './near-names.ts';
import { usualName, whyRefused } from './standard-names.ts';
import { decodeUtf16be, decodeUtf16le } from './utf16.ts';
import { utf32 } from './utf32.ts';
import { decodeUtf8 } from './utf8.ts';
import { westernCharset } from './western-charset.ts';

/**
 * Finds an encoding by name: those of iconv-lite, and all labels of the Encoding Standard. Case and punctuation do not
 * matter: `UTF-8` is `utf8`.
 *
 * @param charsets encodings beyond those that need no tables; `undefined` in a bundle that was given none
 * @throws MillraceError `ENCODING_UNKNOWN`, `ENCODING_REFUSED`, `ENCODING_NOT_BUNDLED`
 */
export function resolveCharset(name: string, charsets: Charsets | undefined): Charset {
  const plain = usualName(name);
  const reason = whyRefused(plain);
  if (reason !== undefined) {
    throw new MillraceError('ENCODING_REFUSED', `decodeText does not decode ${name}: ${reason}.`, {
      details: { charset: name },
    });
  }
  const charset = unicodeCharset(plain) ?? westernCharset(plain) ?? charsets?.find(name, plain);
  if (charset !== undefined) return charset;
  if (charsets === undefined) {
    throw new MillraceError(
      'ENCODING_NOT_BUNDLED',
      `decodeText does not know the character encoding "${name}" here: the bundler left the legacy encodings out. ` +
        "Import { legacyCharsets } from '@millrace/encoding/legacy' and pass decodeText the option charsets: legacyCharsets.",
      { details: { charset: name } },
    );
  }
  const known = [...new Set([...documentedNames().map(usualName), ...charsets.names()])];
  const near = nearNames(plain, known).map(documentedName);
  const hint = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  throw new MillraceError('ENCODING_UNKNOWN', `decodeText does not know the character encoding "${name}".${hint}`, {
    details: { charset: name, near },
  });
}

/** One function for each byte order, so that two charsets can be compared by it. */
let littleEndian: Decode | undefined;
let bigEndian: Decode | undefined;
const utf32le = (): Decode => (littleEndian ??= utf32(true));
const utf32be = (): Decode => (bigEndian ??= utf32(false));

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
      return measured(measureUtf32, utf32le(), { 'utf-32le': utf32le(), 'utf-32be': utf32be() });
    case 'utf32le':
    case 'ucs4le':
      return measured(measureUtf32, utf32le(), { 'utf-32le': utf32le() });
    case 'utf32be':
    case 'ucs4be':
      return measured(measureUtf32, utf32be(), { 'utf-32be': utf32be() });
    default:
      return undefined;
  }
}
