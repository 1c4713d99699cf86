import type { ItemContext } from './context.ts';
import type { Outputs } from './outputs.ts';
import type { Located } from './text-place.ts';

/**
 * Turns bytes into text. For plugin authors. A feed of text has one, after its decompressors and before its parser.
 *
 * @example
 * const ascii: CharsetDecoder = Object.freeze<CharsetDecoder>({
 *   kind: 'charset-decoder',
 *   name: 'ascii',
 *   start: () => ({ push: (bytes) => [String.fromCharCode(...bytes)] }),
 * });
 */
export interface CharsetDecoder {
  readonly kind: 'charset-decoder';
  /** The verb that users write, such as `decodeText`. It names the stage in errors and reports. */
  readonly name: string;
  /** As that of a `Decompressor`. @default its name only */
  readonly signature?: string;
  /** Called once per object, before its first chunk; if the object is in parts, once per part. */
  readonly start: (context: ItemContext) => CharsetDecoderStage;
}

/** A charset decoder at work on one object. The runner never calls it concurrently. */
export interface CharsetDecoderStage {
  /**
   * Takes the next bytes and yields the text that they make, never half of a surrogate pair: plain, or as {@link Located} with
   * the way back to its bytes. Throws a coded error if the bytes are not text.
   */
  readonly push: (bytes: Uint8Array) => Outputs<string | Located<string>>;
  /** Called once after the last input. Returns the last text, or throws a coded error if the input is cut short. */
  readonly end?: () => Outputs<string | Located<string>>;
  /** Called exactly once, whatever happened. */
  readonly close?: () => void | Promise<void>;
}
