import type { Charset } from './charset.ts';

/** Encodings beyond those that `decodeText` always knows. It is asked for them when a codec is made. */
export interface Charsets {
  /**
   * The encoding of this name, or `undefined` where there is none.
   *
   * @param name as it was given
   * @param plain the usual name of it in lower case, letters and digits only
   */
  readonly find: (name: string, plain: string) => Charset | undefined;
  /** Names to suggest where one is unknown. */
  readonly names: () => readonly string[];
}
