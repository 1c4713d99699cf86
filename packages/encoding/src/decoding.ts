import type { ItemContext } from '@millrace/core';
import { located, type Located } from '@millrace/core/plugin';
import { chooseDecode, MARK_LENGTH, markOf } from './byte-order-mark.ts';
import type { Charset, Decode } from './charset.ts';
import { checkContent } from './check-content.ts';
import { SIGNATURE_LENGTH } from './content-signature.ts';
import type { Candidate, DecodingStage } from './detection.ts';
import { InvalidBytes } from './invalid-bytes.ts';
import { type DecodedSlice, textPlace, type Tracing } from './text-places.ts';

export type OnInvalid = 'fail' | 'replace' | 'reject-record';

export interface DecodingSettings {
  readonly onInvalid: OnInvalid;
  /** Whether the item's beginning is checked to be text. */
  readonly checked: boolean;
}

/** Bytes of a slice that are not a character. */
interface Invalid {
  readonly index: number;
  readonly length: number;
}

/** What came of a slice. */
interface Slice {
  /** Its text, or what precedes the error. */
  readonly output: Located<string> | undefined;
  /** Bytes that are left: they begin a character. */
  readonly remaining: number;
  readonly error?: Error;
}

/**
 * Bytes decoded at once. Strings of 128 KiB and more are in V8's large-object space, where decoding and all that
 * follows is five times slower; a character takes up to two bytes of a string (docs/decisions/encoding.md).
 */
const SLICE_BYTES = 56 * 1024;

const NO_BYTES = new Uint8Array(0);

/** Decodes one item, or one part of it. A small chunk is decoded at once, and a large one slice by slice, as it is asked for. */
export class Decoding implements DecodingStage {
  readonly #settings: DecodingSettings;
  readonly #context: ItemContext;
  readonly #headLength: number;
  #declared: string;
  #charset: Charset;
  #decode: Decode | undefined;
  /** What is still to be decoded: the beginning of a character, or of the item. */
  #rest: Uint8Array = NO_BYTES;
  /** Where in the item the next slice begins, and with which shift. */
  #offset = 0;
  #shift = 0;
  #isStarted = false;

  constructor({ name, charset }: Candidate, settings: DecodingSettings, context: ItemContext) {
    this.#settings = settings;
    this.#context = context;
    this.#headLength = settings.checked ? SIGNATURE_LENGTH : MARK_LENGTH;
    this.#declared = name;
    this.#charset = charset;
  }

  readonly push = (given: Uint8Array): Iterable<Located<string>> => {
    // A view of a Buffer costs several times as much as one of a plain array, and its slices share the memory.
    const chunk = new Uint8Array(given.buffer, given.byteOffset, given.length);
    if (this.#decode === undefined && this.#rest.length + chunk.length < this.#headLength) {
      this.#rest = this.#rest.length === 0 ? chunk.slice() : join(this.#rest, chunk);
      return [];
    }
    if (chunk.length > SLICE_BYTES) return this.#slices(chunk);
    const bytes = join(this.#rest, chunk);
    const slice = this.#slice(bytes, false);
    this.#rest = lastOf(bytes, slice.remaining);
    return outputsOf(slice);
  };

  readonly end = (): Iterable<Located<string>> =>
    this.#rest.length === 0 ? [] : outputsOf(this.#slice(this.#rest, true));

  readonly use = ({ name, charset }: Candidate): void => {
    this.#declared = name;
    this.#charset = charset;
    this.#decode &&= charset.decode;
  };

  *#slices(chunk: Uint8Array): Generator<Located<string>, void> {
    const size = Math.ceil(chunk.length / Math.ceil(chunk.length / SLICE_BYTES));
    for (let at = 0; at < chunk.length;) {
      const end = Math.min(at + size, chunk.length);
      const bytes = join(this.#rest, chunk.subarray(at, end));
      const slice = this.#slice(bytes, false);
      // Inside the chunk the next slice begins with what remains; at its end that is copied, to let the chunk go.
      this.#rest = end === chunk.length ? lastOf(bytes, slice.remaining) : NO_BYTES;
      at = end === chunk.length ? end : end - slice.remaining;
      yield* outputsOf(slice);
    }
  }

  #begin(bytes: Uint8Array): Decode {
    const chosen = chooseDecode(this.#charset, this.#declared, bytes);
    if (this.#settings.checked) {
      const head = bytes.length > SIGNATURE_LENGTH ? bytes.subarray(0, SIGNATURE_LENGTH) : bytes;
      checkContent(this.#charset, this.#declared, head, markOf(head) !== undefined);
    }
    return chosen;
  }

  #slice(bytes: Uint8Array, last: boolean): Slice {
    const decode = (this.#decode ??= this.#begin(bytes));
    const { onInvalid } = this.#settings;
    const found: Invalid[] = [];
    const decoded = decode(bytes, last, (index, length) => found.push({ index, length }), this.#shift);
    const { text, used } = decoded;
    const [first] = found;
    if (onInvalid === 'fail' && first !== undefined) {
      // What precedes the error is delivered, so that it does not depend on how the item was cut into chunks.
      const sound = bytes.subarray(0, first.index);
      const output = this.#located(decode(sound, true, () => {}, this.#shift).text, sound, sound.length, []);
      return { output, remaining: 0, error: this.#invalidBytes(bytes, first, 0).toError() };
    }
    if (onInvalid === 'replace' && first !== undefined) this.#context.count('replaced', found.length);
    const output = this.#located(text, bytes, used, found);
    this.#offset += used;
    this.#shift = decoded.shift ?? 0;
    return { output, remaining: bytes.length - used };
  }

  /** The text of the first `used` bytes. */
  #located(text: string, bytes: Uint8Array, used: number, found: readonly Invalid[]): Located<string> | undefined {
    if (text === '') return undefined;
    const skipped = !this.#isStarted && text.startsWith('\uFEFF') ? 1 : 0;
    this.#isStarted = true;
    if (text.length === skipped) return undefined;
    const slice: DecodedSlice = { text, offset: this.#offset, length: used };
    const tracing = this.#tracing(bytes, used, found, skipped);
    return located(skipped === 0 ? text : text.slice(skipped), textPlace(slice, tracing, skipped));
  }

  #tracing(bytes: Uint8Array, used: number, found: readonly Invalid[], skipped: number): Tracing {
    const isSound = found.length === 0;
    const measure = isSound ? this.#charset.measure() : undefined;
    const rejects = this.#settings.onInvalid === 'reject-record';
    return {
      decode: this.#decode!,
      shift: this.#shift,
      measure,
      // A view would keep the whole chunk, which may be many slices.
      bytes: rejects || measure === undefined ? bytes.slice(0, used) : undefined,
      damage: rejects && !isSound ? this.#damage(bytes, found, skipped) : undefined,
    };
  }

  #damage(bytes: Uint8Array, found: readonly Invalid[], skipped: number): readonly InvalidBytes[] {
    let at = 0;
    let units = -skipped;
    let next = this.#shift; // Invalid bytes do not shift.
    return found.map((one) => {
      const before = this.#decode!(bytes.subarray(at, one.index), true, () => {}, next);
      units += before.text.length;
      next = before.shift ?? 0;
      at = one.index + one.length;
      units += 1; // One U+FFFD is in place of each.
      return this.#invalidBytes(bytes, one, units - 1);
    });
  }

  #invalidBytes(bytes: Uint8Array, { index, length }: Invalid, units: number): InvalidBytes {
    return new InvalidBytes(this.#declared, this.#offset + index, bytes.slice(index, index + length), units);
  }
}

/** The output comes first, and then the error. */
function outputsOf({ output, error }: Slice): Iterable<Located<string>> {
  if (error === undefined) return output === undefined ? [] : [output];
  if (output === undefined) throw error;
  return failing(output, error);
}

function* failing<T>(output: T, error: Error): Generator<T, void, undefined> {
  yield output;
  throw error;
}

/** A copy of the last bytes. */
function lastOf(bytes: Uint8Array, length: number): Uint8Array {
  return length === 0 ? NO_BYTES : bytes.slice(bytes.length - length);
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const joined = new Uint8Array(head.length + tail.length);
  joined.set(head);
  joined.set(tail, head.length);
  return joined;
}
