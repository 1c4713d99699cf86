import type { Feed } from '@millrace/core';
import type { MemoryRef, MemorySink, MemorySource } from '@millrace/testkit';
import type { Random } from '../reliability/random.ts';

/** The ends of the pipeline that a target builds its feed between. */
export interface FuzzEnds {
  readonly source: MemorySource<Uint8Array>;
  readonly sink: MemorySink<unknown>;
}

/** A codec or parser to be fuzzed. */
export interface FuzzTarget {
  readonly name: string;
  /** Sound inputs, which are then damaged. */
  readonly samples: readonly Uint8Array[];
  /** Pieces of the format that damage may put anywhere. */
  readonly tokens: readonly Uint8Array[];
  /** A feed with options as they are drawn. */
  readonly feed: (ends: FuzzEnds, random: Random) => Feed<MemoryRef>;
  /**
   * Whether the byte offset of a rejected record is where its text stands in the input: so it is for parsers of UTF-8 that
   * read the input as it is.
   */
  readonly offsetsAreExact?: boolean;
  /**
   * Whether an input with several faults may fail by any of them, as the cut has it: decompression runs ahead of what is
   * behind it, and its ratio is judged by what has been read so far.
   */
  readonly failsByAny?: boolean;
}
