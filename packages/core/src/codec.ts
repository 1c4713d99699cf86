import type { Block } from './block.ts';
import type { CodecContext } from './context.ts';
import type { Part } from './part.ts';
import type { Rejected, RejectedRecord } from './rejected.ts';
import type { Located, TextPlace } from './text-place.ts';

/** What a codec emits: chunks, cut anywhere, for another codec; or records, which are numbered from 0. */
export type Emits = 'chunks' | 'records';

/**
 * A stateful transform of an item: bytes to bytes, bytes to text, text to records. For plugin authors.
 *
 * The codec itself is a frozen value that many items share; what belongs to one item lives in its stage.
 */
export interface Codec<I, O, E extends Emits = 'chunks'> {
  readonly kind: 'codec';
  /** Whether the outputs are chunks or records. A feed has exactly one codec that emits records, its last. */
  readonly emits: E;
  /** The verb that users write, such as `gunzip`. It names the stage in errors and reports. */
  readonly name: string;
  /**
   * Text that differs if this codec may turn the same input into other records, such as `signatureOf(options)`. If it
   * differs from the one that a ledger stored, an unfinished object starts over at record 0. @default its name only
   */
  readonly signature?: string;
  /** Called once per item, before its first chunk; for an item in parts, once per part. */
  readonly start: (context: CodecContext) => CodecStage<I, O>;
  /**
   * Whether `push` minds `place.damage`, and rejects each record that holds some of it. A codec that does not is never
   * given such a chunk: the item fails instead. @default false
   */
  readonly takesDamage?: boolean;
  /**
   * For codecs that emit records: parses one record by itself, as it stands in the quarantine, or throws; with
   * `REPLAY_IMPOSSIBLE` where it cannot know how, so that `replay` goes on from the value that a later stage got.
   * A codec without it can have its rejections replayed only from the value that a later stage got.
   */
  readonly reparse?: (rejected: Pick<RejectedRecord, 'raw' | 'code' | 'details'>) => O;
}

/** A codec at work on one item. The runner never calls it concurrently. */
export interface CodecStage<I, O> {
  /**
   * Takes the next input and yields what can be told so far. Where one input may expand a thousandfold it must yield
   * lazily. It throws a coded error where the input is wrong beyond stepping over.
   *
   * @param place where the characters of a chunk of text came from, if the codec before knows it
   */
  readonly push: (input: I, place?: TextPlace) => Produced<O>;
  /** Called once after the last input: the last outputs, or a coded error where the input is cut short. */
  readonly end?: () => Produced<O>;
  /** Called exactly once, whatever happened: after `end`, after an error, after an abort. */
  readonly close?: () => void | Promise<void>;
}

/**
 * What `push` and `end` may return: an array or a {@link Block} (the fast way for records), or a lazy iterable. Any of
 * them may hold markers from `context.reject` where the codec emits records, and, where it emits chunks, a {@link Located}
 * for a chunk of text and a {@link Part} before a part of the item.
 */
export type Produced<O> =
  | Block<O>
  | (Iterable<O | Rejected | Block<O> | Located<O> | Part> & object)
  | (AsyncIterable<O | Rejected | Block<O> | Located<O> | Part> & object);
