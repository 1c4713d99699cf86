/** Is told of bytes that are no character: where they begin in the bytes at hand, and how many there are. */
export type ReportInvalid = (index: number, length: number) => void;

/** What came of decoding some bytes. */
export interface Decoded {
  /** Whole characters only, never half a surrogate pair; invalid bytes became U+FFFD. */
  readonly text: string;
  /** Bytes that were decoded. The rest, at most three, begins a character whose other bytes are still to come. */
  readonly used: number;
  /** How to go on behind them, for an encoding that shifts between sets of characters. */
  readonly shift?: number;
}

/**
 * Decodes bytes that begin between two characters. With `last`, nothing follows and a cut character is invalid. Which
 * bytes are reported never depends on how the item was cut into calls. `shift` is what the call before answered; at the
 * beginning, and in most encodings always, it is 0.
 */
export type Decode = (bytes: Uint8Array, last: boolean, invalid: ReportInvalid, shift?: number) => Decoded;

/** How many bytes a text without damage takes in an encoding. */
export type Measure = (text: string) => number;

/** The Unicode encodings that a byte order mark can announce. */
export type UnicodeName = 'utf-8' | 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be';

/** A character encoding that `decodeText` knows. It holds no state, so all items of a feed share it. */
export interface Charset {
  readonly decode: Decode;
  /**
   * Tells bytes from text, where each character is written in one way only; `undefined` where it may be in several. Asked
   * after `decode` was used.
   */
  readonly measure: () => Measure | undefined;
  /** For a Unicode encoding: the byte order marks that agree with it, and how to decode what follows each. */
  readonly marks: Readonly<Partial<Record<UnicodeName, Decode>>> | undefined;
}
