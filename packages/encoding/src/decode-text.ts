import type { CharsetDecoder } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { legacyCharsets } from '#legacy-charsets';
import type { Charsets } from './charsets.ts';
import { Decoding, type DecodingSettings, type OnInvalid } from './decoding.ts';
import type { Candidate, Detection } from './detection.ts';
import { resolveCharset } from './resolve-charset.ts';

export interface DecodeTextOptions {
  /**
   * What to do about bytes that are no character: fail the item; put U+FFFD in their place and count it in the report; or
   * reject the record that holds them, with its raw bytes, and let the others pass. The parser behind does the latter.
   * @default 'fail'
   */
  readonly onInvalid?: OnInvalid;
  /**
   * Encodings beyond UTF-8, UTF-16, UTF-32, windows-1252, ISO-8859-1 and ASCII. A program that is bundled passes
   * `legacyCharsets` of `@millrace/encoding/legacy` where it needs one.
   * @default `legacyCharsets` on Node; none in a bundle
   */
  readonly charsets?: Charsets;
  /**
   * Whether an item must look like text in its encoding. With `'text'`, it fails if its first 512 bytes are those of a known
   * format that is not text, such as gzip, zip, 7z, tar, PDF or Parquet; if they are UTF-16 or UTF-32 without a byte order
   * mark under another encoding; or if they are plain ASCII under UTF-16 or UTF-32. With `'any'`, nothing is checked.
   * @default 'text'
   */
  readonly content?: 'text' | 'any';
}

/**
 * Decodes text: a stream of bytes, cut anywhere, to strings that hold whole characters. Put it behind `gunzip()` and
 * before a parser.
 *
 * A byte order mark is stripped. Under `utf-16` and `utf-32` it decides the byte order, which is little-endian where it
 * is missing. `iso-8859-1` means just that, not windows-1252, and a byte that an encoding leaves undefined is invalid.
 *
 * Rejections, with `onInvalid: 'reject-record'`: `ENCODING_INVALID`.
 *
 * @param charset name of the encoding, such as `utf-8`, `windows-1252` or `shift_jis`, where case and punctuation do not
 *   matter; or `detect(…)` of `@millrace/encoding/detect`
 * @throws MillraceError `ENCODING_UNKNOWN`, `ENCODING_REFUSED`, `ENCODING_NOT_BUNDLED`, `OPTION_UNKNOWN`, `OPTION_INVALID`
 *   when it is made
 * @throws MillraceError `ENCODING_INVALID` in a run, for bytes that are no character or a character that the end cuts
 *   short; `details.byteOffset` is where they begin, counted from 0 in the bytes that decodeText received
 * @throws MillraceError `ENCODING_BOM_CONTRADICTS` in a run, where the byte order mark is that of another encoding
 * @throws MillraceError `ENCODING_NOT_TEXT` in a run, for an item that begins like gzip, zip, PDF or another known format
 * @throws MillraceError `ENCODING_CONTRADICTS` in a run, for UTF-16 or UTF-32 without a byte order mark under another encoding,
 *   and for plain ASCII under these
 * @throws MillraceError `ENCODING_NOT_DETECTED` in a run, where `detect` finds none that is sure enough
 */
export function decodeText(charset: string | Detection, options: DecodeTextOptions = {}): CharsetDecoder {
  checkOptions('decodeText', options, {
    onInvalid: check.optional(check.oneOf('fail', 'replace', 'reject-record')),
    charsets: check.optional(check.object),
    content: check.optional(check.oneOf('text', 'any')),
  });
  const { onInvalid = 'fail', charsets = legacyCharsets, content = 'text' } = options;
  const settings: DecodingSettings = { onInvalid, checked: content === 'text' };
  const candidateOf = (name: string): Candidate => ({ name, charset: resolveCharset(name, charsets) });
  return Object.freeze({
    kind: 'charset-decoder',
    name: 'decodeText',
    signature: signatureOf({ charset, onInvalid }),
    start: starter(),
  });

  function starter(): CharsetDecoder['start'] {
    if (typeof charset === 'string') {
      const candidate = candidateOf(charset);
      return (context) => new Decoding(candidate, settings, context);
    }
    const candidates = charset.allowed.map(candidateOf);
    return (context) => charset.start(candidates, (chosen) => new Decoding(chosen, settings, context), context);
  }
}
