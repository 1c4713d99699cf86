import type { Emits, Produced } from './codec.ts';
import type { CodecContext } from './context.ts';
import type { RejectedRecord } from './rejected.ts';

/**
 * A codec that asks for ranges of the item instead of being given its chunks, for formats that tell at their end where
 * things are. For plugin authors. It is the first codec of a feed whose source is a `RangedSource`.
 */
export interface RangesCodec<O, E extends Emits = 'records'> {
  readonly kind: 'codec';
  /** Tells it from a `Codec`, which is given chunks. */
  readonly reads: 'ranges';
  /** Whether the outputs are chunks or records. A feed has exactly one codec that emits records, its last. */
  readonly emits: E;
  /** The verb that users write, such as `parseParquet`. It names the stage in errors and reports. */
  readonly name: string;
  /**
   * Text that differs if this codec may turn the same input into other records, such as `signatureOf(options)`. If it
   * differs from the one that a ledger stored, an unfinished object starts over at record 0. @default its name only
   */
  readonly signature?: string;
  /** Called once per item. It reads what it needs to begin, and rejects with a coded error where the content is wrong. */
  readonly open: (content: ItemRanges, context: RangesContext) => Promise<RangesStage<O>>;
  /** As that of a `Codec`: parses one rejected record by itself, or throws. */
  readonly reparse?: (rejected: Pick<RejectedRecord, 'raw' | 'code' | 'details'>) => O;
}

/** The content of one item. */
export interface ItemRanges {
  /** Length in bytes. */
  readonly size: number;
  /**
   * Resolves with the `length` bytes from `start` on, never with fewer. They are the caller's. Errors are the source's, and
   * are to be passed on; `RANGE_INVALID` where the range is not within the content.
   */
  readonly read: (start: number, length: number) => Promise<Uint8Array>;
}

/** The context of a codec that reads ranges. */
export interface RangesContext extends CodecContext {
  /**
   * Records at the start of the item that earlier runs have settled. The codec may leave out up to so many, and then says so
   * in `RangesStage.skipped`; what it emits of them is passed over. 0 for a codec that emits chunks.
   */
  readonly settled: number;
}

/** A codec that reads ranges, at work on one item. */
export interface RangesStage<O> {
  /** Records left out at the start, `settled` at most: the first that is emitted has this ordinal. @default 0 */
  readonly skipped?: number;
  /** Called once. Reads on as its outputs are asked for; what it holds is released when the iteration ends or is left. */
  readonly outputs: () => Produced<O>;
}
