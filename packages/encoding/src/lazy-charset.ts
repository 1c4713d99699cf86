import type { Charset, Decode } from './charset.ts';

/** What decodes a legacy encoding. */
export interface LegacyDecoder {
  readonly decode: Decode;
  readonly isSingleByte: boolean;
}

/** A legacy encoding, which no byte order mark announces. What decodes it is made when the first bytes arrive. */
export function lazyCharset(make: () => LegacyDecoder): Charset {
  let made: LegacyDecoder | undefined;
  return {
    decode: (bytes, last, invalid, shift) => (made ??= make()).decode(bytes, last, invalid, shift),
    measure: () => ((made ??= make()).isSingleByte ? (text) => text.length : undefined),
    marks: undefined,
  };
}
