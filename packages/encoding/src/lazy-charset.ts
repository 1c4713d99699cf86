import type { Charset, Decode } from './charset.ts';

/** A legacy encoding, which no byte order mark announces. What decodes it is made when the first bytes arrive. */
export function lazyCharset(decoder: () => Decode): Charset {
  let decode: Decode | undefined;
  return {
    decode: (bytes, last, invalid) => (decode ??= decoder())(bytes, last, invalid),
    marks: undefined,
  };
}
