import { asciiFirst } from './ascii-first.ts';
import type { Charset } from './charset.ts';
import { NOT_ALONE } from './code-table.ts';
import { lazyCharset } from './lazy-charset.ts';
import { singleByte } from './single-byte.ts';

/** Bytes 0x80 to 0x9F of windows-1252 (Encoding Standard, index-windows-1252; the five gaps are those of Microsoft). */
const WINDOWS_1252 = '€\uFFFD‚ƒ„…†‡ˆ‰Š‹Œ\uFFFDŽ\uFFFD\uFFFD‘’“”•–—˜™š›œ\uFFFDžŸ';

const character = {
  'us-ascii': (byte: number) => (byte < 0x80 ? byte : NOT_ALONE),
  'iso-8859-1': (byte: number) => byte,
  'windows-1252': (byte: number) => (byte >= 0x80 && byte < 0xa0 ? WINDOWS_1252.charCodeAt(byte - 0x80) : byte),
};

/** Under all the names that iconv-lite has for them. */
const NAMES: readonly (readonly [keyof typeof character, RegExp])[] = [
  ['windows-1252', /^(1252|(cp|win|windows)1252|msansi)$/],
  ['iso-8859-1', /^((cs)?isolatin1|latin1|l1|iso88591|isoir100|(cp|ibm)819|(cp)?28591)$/],
  ['us-ascii', /^((us|cs)?ascii|ascii8bit|us|ansix34|ansix3419[68][86]|(cp|ibm)367|isoir6|iso646(us|irv))$/],
];

/** ASCII and the two encodings of Western Europe that need no table of iconv-lite, so that any bundle knows them. */
export function westernCharset(plain: string): Charset | undefined {
  const name = NAMES.find(([, pattern]) => pattern.test(plain))?.[0];
  if (name === undefined) return undefined;
  return lazyCharset(() => {
    const table = Uint16Array.from({ length: 256 }, (_, byte) => character[name](byte));
    return { decode: asciiFirst(singleByte(name, table)), isSingleByte: true };
  });
}
