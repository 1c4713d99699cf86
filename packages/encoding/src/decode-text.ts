import type { CharsetDecoder, ItemContext } from '@millrace/core';
import { check, checkOptions, located, type Located, signatureOf } from '@millrace/core/plugin';
import { legacyCharsets } from '#legacy-charsets';
import { chooseDecode, MARK_LENGTH, markOf } from './byte-order-mark.ts';
import type { Decode } from './charset.ts';
import type { Charsets } from './charsets.ts';
import { checkContent } from './check-content.ts';
import { SIGNATURE_LENGTH } from './content-signature.ts';
import type { Candidate, DecodingStage, Detection } from './detection.ts';
import { InvalidBytes } from './invalid-bytes.ts';
import { resolveCharset } from './resolve-charset.ts';
import { type DecodedSlice, textPlace, type Tracing } from './text-places.ts';

type OnInvalid = 'fail' | 'replace' | 'reject-record';

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
  const settings: Settings = { onInvalid, checked: content === 'text' };
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
      return (context) => startDecoding(candidate, settings, context);
    }
    const candidates = charset.allowed.map(candidateOf);
    return (context) => charset.start(candidates, (chosen) => startDecoding(chosen, settings, context), context);
  }
}

/** Bytes of a slice that are no character. */
interface Invalid {
  readonly index: number;
  readonly length: number;
}

interface Settings {
  readonly onInvalid: OnInvalid;
  /** Whether the item's beginning is checked to be text. */
  readonly checked: boolean;
}

function startDecoding(candidate: Candidate, { onInvalid, checked }: Settings, context: ItemContext): DecodingStage {
  const headLength = checked ? SIGNATURE_LENGTH : MARK_LENGTH;
  let { name: declared, charset } = candidate;
  let decode: Decode | undefined;
  let rest: Uint8Array = NO_BYTES; // What is still to be decoded: the beginning of a character, or of the item.
  let offset = 0; // Where in the item the next slice begins.
  let shift = 0; // With which shift.
  let started = false;

  function begin(bytes: Uint8Array): Decode {
    const chosen = chooseDecode(charset, declared, bytes);
    const head = bytes.subarray(0, SIGNATURE_LENGTH);
    if (checked) checkContent(charset, declared, head, markOf(head) !== undefined);
    return chosen;
  }

  /** Decodes one slice and returns how many of its bytes remain. */
  function* decodeSlice(bytes: Uint8Array, last: boolean): Generator<Located<string>, number> {
    decode ??= begin(bytes);
    const found: Invalid[] = [];
    const decoded = decode(bytes, last, (index, length) => found.push({ index, length }), shift);
    const { text, used } = decoded;
    const [first] = found;
    if (onInvalid === 'fail' && first !== undefined) {
      // What precedes the error is delivered, so that it does not depend on how the item was cut into chunks.
      const sound = bytes.subarray(0, first.index);
      yield* emit(decode(sound, true, () => {}, shift).text, sound, []);
      throw invalidBytes(bytes, first, 0).toError();
    }
    if (onInvalid === 'replace' && first !== undefined) context.count('replaced', found.length);
    yield* emit(text, bytes.subarray(0, used), found);
    offset += used;
    shift = decoded.shift ?? 0;
    return bytes.length - used;
  }

  function* emit(text: string, bytes: Uint8Array, found: readonly Invalid[]): Generator<Located<string>, void> {
    if (text === '') return;
    const skipped = !started && text.startsWith('\uFEFF') ? 1 : 0;
    started = true;
    if (text.length === skipped) return;
    const slice: DecodedSlice = { text, offset, length: bytes.length };
    yield located(text.slice(skipped), textPlace(slice, tracing(bytes, found, skipped), skipped));
  }

  function tracing(bytes: Uint8Array, found: readonly Invalid[], skipped: number): Tracing {
    const isSound = found.length === 0;
    const measure = isSound ? charset.measure() : undefined;
    const rejects = onInvalid === 'reject-record';
    return {
      decode: decode!,
      shift,
      measure,
      // A view would keep the whole chunk, which may be many slices.
      bytes: rejects || measure === undefined ? bytes.slice() : undefined,
      damage: rejects && !isSound ? damageOf(bytes, found, skipped) : undefined,
    };
  }

  function damageOf(bytes: Uint8Array, found: readonly Invalid[], skipped: number): readonly InvalidBytes[] {
    let at = 0;
    let units = -skipped;
    let next = shift; // Invalid bytes do not shift.
    return found.map((one) => {
      const before = decode!(bytes.subarray(at, one.index), true, () => {}, next);
      units += before.text.length;
      next = before.shift ?? 0;
      at = one.index + one.length;
      units += 1; // One U+FFFD stands for each.
      return invalidBytes(bytes, one, units - 1);
    });
  }

  function invalidBytes(bytes: Uint8Array, { index, length }: Invalid, units: number): InvalidBytes {
    return new InvalidBytes(declared, offset + index, bytes.slice(index, index + length), units);
  }

  return {
    *push(chunk) {
      if (decode === undefined && rest.length + chunk.length < headLength) {
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
    use: (chosen) => {
      ({ name: declared, charset } = chosen);
      decode &&= charset.decode;
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
