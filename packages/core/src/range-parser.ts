import type { Block } from './block.ts';
import type { ParserContext, Produced, Reparse } from './parser.ts';
import type { Part } from './part.ts';
import type { Rejected } from './rejected.ts';

/**
 * A parser that asks for ranges of the object instead of being given its chunks, for formats that tell at their end where
 * things are, such as Parquet. For plugin authors. It follows a `RangedSource` directly.
 *
 * @typeParam T what a record is
 */
export interface RangeParser<T> {
  readonly kind: 'range-parser';
  /** The verb that users write, such as `parseParquet`. It names the stage in errors and reports. */
  readonly name: string;
  /** As that of a `Decompressor`. @default its name only */
  readonly signature?: string;
  /** As that of a `Parser`. @default false */
  readonly reportsColumns?: boolean;
  /** Called once per object. It reads what it needs to begin, and rejects with a coded error if the content is wrong. */
  readonly open: (content: ItemRanges, context: RangesContext) => Promise<RangesStage<T>>;
  /** As that of a `Parser`: parses one rejected record by itself, or throws. */
  readonly reparse?: Reparse<T>;
}

/** The content of one item. */
export interface ItemRanges {
  /** Length in bytes. */
  readonly size: number;
  /**
   * Resolves with the `length` bytes from `start` on, never with fewer. They are the caller's. Errors are the source's, and
   * are to be passed on; `RANGE_INVALID` if the range is not within the content.
   */
  readonly read: (start: number, length: number) => Promise<Uint8Array>;
}

/** The context of a parser that reads ranges. */
export interface RangesContext extends ParserContext {
  /**
   * Records at the start of the object that earlier runs have settled. The parser may leave out up to that many, and then says
   * how many in `RangesStage.skipped`; those of them that it emits are passed over.
   */
  readonly settled: number;
}

/** A parser that reads ranges, at work on one object. */
export interface RangesStage<T> {
  /** Records left out at the start, `settled` at most: the first that is emitted has this ordinal. @default 0 */
  readonly skipped?: number;
  /**
   * Called once. Reads on as its outputs are asked for; what it holds is released when the iteration ends or is left. An
   * iteration may begin parts of the object (`part`), such as the sheets of a workbook: records after one have its name.
   */
  readonly outputs: () => RangesProduced<T>;
}

/** What a parser that reads ranges may return: what any parser may, and the beginnings of parts. */
export type RangesProduced<T> = Produced<T> | (AsyncIterable<T | Rejected | Block<T> | Part> & object);
