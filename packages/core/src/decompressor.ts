import type { ItemContext } from './context.ts';
import type { Outputs } from './outputs.ts';
import type { Part } from './part.ts';

/**
 * Turns bytes into other bytes: decompresses, decrypts, unpacks archives. For plugin authors. A feed may have any number, before
 * its charset decoder and its parser.
 *
 * The decompressor itself is a frozen value that many objects share; what belongs to one object is in its stage.
 *
 * @example
 * const flip: Decompressor = Object.freeze<Decompressor>({
 *   kind: 'decompressor',
 *   name: 'flip',
 *   start: () => ({ push: (bytes) => [bytes.map((byte) => byte ^ 0xff)] }),
 * });
 */
export interface Decompressor {
  readonly kind: 'decompressor';
  /** The verb that users write, such as `gunzip`. It names the stage in errors and reports. */
  readonly name: string;
  /**
   * Text that differs if this stage may turn the same input into other outputs, such as `signatureOf(options)`. If it
   * differs from the one that a ledger stored, an unfinished object starts over at record 0. @default its name only
   */
  readonly signature?: string;
  /** Called once per object, before its first chunk; if the object is in parts, once per part. */
  readonly start: (context: ItemContext) => DecompressorStage;
}

/** A decompressor at work on one object. The runner never calls it concurrently. */
export interface DecompressorStage {
  /**
   * Takes the next bytes and yields what they decompress to so far, with a {@link Part} before each file of an archive. If one
   * input may expand a hundredfold, it must yield lazily. Throws a coded error if the input is damaged.
   */
  readonly push: (bytes: Uint8Array) => Outputs<Uint8Array | Part>;
  /** Called once after the last input. Returns the last outputs, or throws a coded error if the input is cut short. */
  readonly end?: () => Outputs<Uint8Array | Part>;
  /** Called exactly once, whatever happened: after `end`, after an error, after an abort. */
  readonly close?: () => void | Promise<void>;
}
