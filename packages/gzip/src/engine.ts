/** Output chunks are at most this large: larger ones gain nothing, smaller ones cost up to twice the time (measured). */
export const OUTPUT_BYTES: number = 256 * 1024;

/** What decompresses. One engine serves all items; what belongs to one member of one item lives in an {@link Inflater}. */
export interface Engine {
  /** CRC-32 of `bytes` as gzip defines it, continuing from `previous`. */
  readonly crc32: (bytes: Uint8Array, previous: number) => number;
  /**
   * Starts on the deflate stream of one member.
   *
   * @param corrupt makes the error for data that is not a deflate stream
   * @param small whether the first input is likely to hold the whole stream, with no more than `OUTPUT_BYTES` of output
   */
  readonly inflater: (corrupt: (cause: unknown) => Error, small: boolean) => Inflater;
}

/** Decompresses one deflate stream, and knows where it ends. */
export interface Inflater {
  /**
   * Takes the next input and yields all of its output, lazily, in chunks of at most `OUTPUT_BYTES` that are never
   * written to again. Called again only after the iteration has ended.
   */
  readonly inflate: (input: Uint8Array) => AsyncIterable<Uint8Array>;
  /**
   * How many bytes of the last input lie behind the end of the stream; `undefined` as long as its end is not known. An
   * engine may need one byte behind the end to know it; a gzip member has eight.
   */
  readonly unused: () => number | undefined;
  /** Frees what the inflater holds, also in the middle of an iteration, which then ends. */
  readonly close: () => void;
}
