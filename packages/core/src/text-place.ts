const BRAND: unique symbol = Symbol.for('@millrace/located');

/**
 * Where the characters of a chunk of text came from. A charset decoder makes it, and a parser asks it when a
 * record is rejected: it costs nothing as long as none is. Indexes count UTF-16 units of the chunk, up to its length.
 */
export interface TextPlace {
  /** Bytes before the character at `index`, counted from 0 in the item as the decoder received it. */
  readonly byteOffset: (index: number) => number;
  /**
   * The characters that stand for bytes which are none, in order. A record that holds one must be rejected, so only a
   * parser that says `takesDamage` gets such a chunk.
   */
  readonly damage?: readonly TextDamage[];
  /** The bytes of the characters from `from` to `to`. Present where some chunk of the item may have damage. */
  readonly bytes?: (from: number, to: number) => Uint8Array;
}

/** Bytes that are no character, and why the record that holds them is rejected. */
export interface TextDamage {
  /** Index in the chunk of the U+FFFD that stands for them. */
  readonly index: number;
  /** Stable code of the reason, such as `ENCODING_INVALID`. */
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A chunk of text together with its place; the runner hands both to the parser's `push`. */
export interface Located<O> {
  readonly [BRAND]: true;
  readonly chunk: O;
  readonly place: TextPlace;
}

/** Makes a {@link Located}; for charset decoders. */
export function located<O>(chunk: O, place: TextPlace): Located<O> {
  return { [BRAND]: true, chunk, place };
}

export function isLocated(value: unknown): value is Located<unknown> {
  return typeof value === 'object' && value !== null && BRAND in value;
}
