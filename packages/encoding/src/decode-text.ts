import { type Codec, type CodecContext, type CodecStage, check, checkOptions, MillraceError } from '@millrace/core';
import { legacyCharsets } from '#legacy-charsets';
import { chooseDecode, MARK_LENGTH } from './byte-order-mark.ts';
import type { Charset, Decode } from './charset.ts';
import type { Charsets } from './charsets.ts';
import { resolveCharset } from './resolve-charset.ts';

export interface DecodeTextOptions {
  /**
   * What to do about bytes that are no character: fail the item, or put U+FFFD in their place and count it in the report.
   * @default 'fail'
   */
  readonly onInvalid?: 'fail' | 'replace';
  /**
   * Encodings beyond UTF-8, UTF-16, UTF-32, windows-1252, ISO-8859-1 and ASCII. A program that is bundled passes
   * `legacyCharsets` of `@millrace/encoding/legacy` where it needs one.
   * @default `legacyCharsets` on Node; none in a bundle
   */
  readonly charsets?: Charsets;
}

/**
 * Bytes decoded at once. Strings of 128 KiB and more live in V8's large-object space, where decoding and all that
 * follows is five times slower; a character takes up to two bytes of a string (docs/decisions/encoding.md).
 */
const SLICE_BYTES = 56 * 1024;

const NO_BYTES = new Uint8Array(0);

/**
 * Decodes text: a stream of bytes, cut anywhere, to strings that hold whole characters. Put it behind `gunzip()` and
 * before a parser.
 *
 * A byte order mark is stripped. Under `utf-16` and `utf-32` it decides the byte order, which is little-endian where it
 * is missing. `iso-8859-1` means just that, not windows-1252, and a byte that an encoding leaves undefined is invalid.
 *
 * @param charset name of the encoding, such as `utf-8`, `windows-1252` or `shift_jis`; case and punctuation do not matter
 * @throws MillraceError `ENCODING_UNKNOWN`, `ENCODING_NOT_BUNDLED`, `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 * @throws MillraceError `ENCODING_INVALID` in a run, for bytes that are no character or a character that the end cuts
 *   short; `details.byteOffset` is where they begin, counted from 0 in the bytes that decodeText received
 * @throws MillraceError `ENCODING_BOM_CONTRADICTS` in a run, where the byte order mark is that of another encoding
 */
export function decodeText(charset: string, options: DecodeTextOptions = {}): Codec<Uint8Array, string> {
  checkOptions('decodeText', options, {
    onInvalid: check.optional(check.oneOf('fail', 'replace')),
    charsets: check.optional(check.object),
  });
  const resolved = resolveCharset(charset, options.charsets ?? legacyCharsets);
  const strict = options.onInvalid !== 'replace';
  return Object.freeze({
    kind: 'codec',
    emits: 'chunks',
    name: 'decodeText',
    start: (context: CodecContext) => startDecoding(resolved, charset, strict, context),
  });
}

function startDecoding(
  charset: Charset,
  declared: string,
  strict: boolean,
  context: CodecContext,
): CodecStage<Uint8Array, string> {
  let decode: Decode | undefined;
  let rest: Uint8Array = NO_BYTES; // What is still to be decoded: the beginning of a character, or of the item.
  let offset = 0; // Where in the item the next slice begins.
  let started = false;

  /** Decodes one slice and answers how many of its bytes remain. */
  function* decodeSlice(bytes: Uint8Array, last: boolean): Generator<string, number> {
    decode ??= chooseDecode(charset, declared, bytes);
    let replaced = 0;
    let first: { readonly index: number; readonly length: number } | undefined;
    const { text, used } = decode(bytes, last, (index, length) => {
      replaced += 1;
      first ??= { index, length };
    });
    if (strict && first !== undefined) {
      // What precedes the error is delivered, so that it does not depend on how the item was cut into chunks.
      yield* emit(decode(bytes.subarray(0, first.index), true, () => {}).text);
      throw invalid(declared, offset + first.index, bytes.subarray(first.index, first.index + first.length));
    }
    if (replaced > 0) context.count('replaced', replaced);
    offset += used;
    yield* emit(text);
    return bytes.length - used;
  }

  function* emit(text: string): Generator<string, void> {
    if (text === '') return;
    const marked = !started && text.startsWith('\uFEFF');
    started = true;
    if (!marked) yield text;
    else if (text.length > 1) yield text.slice(1);
  }

  return {
    *push(chunk) {
      if (decode === undefined && rest.length + chunk.length < MARK_LENGTH) {
        rest = join(rest, chunk);
        return;
      }
      const size = Math.ceil(chunk.length / Math.ceil(chunk.length / SLICE_BYTES));
      for (let at = 0; at < chunk.length;) {
        const end = Math.min(at + size, chunk.length);
        const bytes = join(rest, chunk.subarray(at, end));
        const remaining = yield* decodeSlice(bytes, false);
        // Inside the chunk the next slice begins with what remains; at its end that is copied, to let the chunk go.
        rest = end === chunk.length ? new Uint8Array(bytes.subarray(bytes.length - remaining)) : NO_BYTES;
        at = end === chunk.length ? end : end - remaining;
      }
    },
    *end() {
      if (rest.length > 0) yield* decodeSlice(rest, true);
    },
  };
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const joined = new Uint8Array(head.length + tail.length);
  joined.set(head);
  joined.set(tail, head.length);
  return joined;
}

function invalid(charset: string, byteOffset: number, bytes: Uint8Array): MillraceError {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return new MillraceError(
    'ENCODING_INVALID',
    `The bytes ${hex} at offset ${byteOffset} are no character of ${charset}. The file is damaged or in another ` +
      `encoding; to load it all the same, with U+FFFD in their place, set onInvalid to 'replace'.`,
    { details: { charset, byteOffset, bytes: hex } },
  );
}
