import type { Block } from './block.ts';
import type { ItemContext } from './context.ts';
import type { Rejected, RejectedRecord } from './rejected.ts';
import type { TextPlace } from './text-place.ts';

/**
 * Turns the chunks of an object into records, which are numbered from 0. For plugin authors. A feed has exactly one parser, after
 * whatever decodes its bytes. `@millrace/framing` has the parts that parsers of text are made of.
 *
 * The parser itself is a frozen value that many objects share; what belongs to one object is in its stage.
 *
 * @typeParam I what a chunk is: `string` after a charset decoder, else `Uint8Array`
 * @typeParam T what a record is
 * @example
 * const words: Parser<string, string> = Object.freeze<Parser<string, string>>({
 *   kind: 'parser',
 *   name: 'words',
 *   start: () => ({ push: (text) => text.split(' ') }),
 * });
 */
export interface Parser<I, T> {
  readonly kind: 'parser';
  /** The verb that users write, such as `parseCsv`. It names the stage in errors and reports. */
  readonly name: string;
  /** As that of a `Decompressor`. @default its name only */
  readonly signature?: string;
  /** Called once per object, before its first chunk; if the object is in parts, once per part. */
  readonly start: (context: ParserContext) => ParserStage<I, T>;
  /**
   * Whether `push` minds `place.damage`, and rejects each record that holds some of it. A parser that does not is never
   * given such a chunk: the object fails instead. @default false
   */
  readonly takesDamage?: boolean;
  /** Whether it calls `context.reportColumns`, so that a feed may require columns. @default false */
  readonly reportsColumns?: boolean;
  /**
   * Parses one rejected record by itself, as it is in the quarantine, or throws: with `REPLAY_IMPOSSIBLE` if it cannot know
   * how, so that `replay` goes on from the value that a later stage got. Without it, only such values can be replayed.
   */
  readonly reparse?: Reparse<T>;
}

/** Parses one rejected record by itself. */
export type Reparse<T> = (rejected: Pick<RejectedRecord, 'raw' | 'code' | 'details'>) => T;

/** A parser at work on one object. The runner never calls it concurrently. */
export interface ParserStage<I, T> {
  /**
   * Takes the next chunk and returns the records that end in it. Throws a coded error if the input is wrong beyond stepping
   * over.
   *
   * @param place where the characters of a chunk of text came from, if the charset decoder knows it
   */
  readonly push: (chunk: I, place?: TextPlace) => Produced<T>;
  /** Called once after the last chunk. Returns the last records, or throws a coded error if the input is cut short. */
  readonly end?: () => Produced<T>;
  /** Called exactly once, whatever happened: after `end`, after an error, after an abort. */
  readonly close?: () => void | Promise<void>;
}

/** The context of a parser: it can also step over a bad record. */
export interface ParserContext extends ItemContext {
  /**
   * Makes the marker that a parser puts in the place of a record it cannot parse. The marker takes that record's ordinal and
   * goes to the quarantine. Each must be emitted exactly once.
   */
  readonly reject: (record: RejectedRecord) => Rejected;
  /**
   * Reports the columns of the object, or of the part that is being read, under the names that records give them: once, as soon
   * as they are known, before the first record. Only for a parser that says `reportsColumns`. It throws if the feed requires
   * others; do not catch that. A runner always has it.
   */
  readonly reportColumns?: (names: readonly string[]) => void;
}

/**
 * What a parser may return: an array or a {@link Block}, which are the fast ways, or a lazy iterable. Any of them may hold
 * markers from `context.reject`.
 */
export type Produced<T> =
  | Block<T>
  | (Iterable<T | Rejected | Block<T>> & object)
  | (AsyncIterable<T | Rejected | Block<T>> & object);
