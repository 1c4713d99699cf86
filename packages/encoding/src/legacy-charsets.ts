import iconv from 'iconv-lite';
import type { Charsets } from './charsets.ts';
import { asciiFirst } from './ascii-first.ts';
import { extendsAscii } from './code-table.ts';
import { lazyCharset, type LegacyDecoder } from './lazy-charset.ts';
import { multiByte } from './multi-byte.ts';
import { readCodeTable } from './read-code-table.ts';
import { iso2022jp } from './iso-2022-jp.ts';
import { singleByte } from './single-byte.ts';

/** Names of iconv-lite that are no character encoding. */
const NO_ENCODING: ReadonlySet<string> = new Set(['base64', 'hex', 'binary']);

const ISO_2022_JP = 'iso2022jp';

/**
 * The legacy encodings of iconv-lite. On Node `decodeText` has them by itself; a program that is bundled hands them to
 * it as the option `charsets`, so that no bundle carries half a megabyte of tables that it does not use. The tables of
 * an encoding are read when its first bytes arrive.
 */
export const legacyCharsets: Charsets = Object.freeze<Charsets>({
  find: (name, plain) => {
    if (plain === ISO_2022_JP) return lazyCharset(iso2022jpDecoder);
    return !NO_ENCODING.has(plain) && iconv.encodingExists(plain) ? lazyCharset(() => decoder(name, plain)) : undefined;
  },
  names: () => [
    ISO_2022_JP,
    ...Object.keys(iconv.encodings ?? {}).filter((key) => !key.startsWith('_') && !NO_ENCODING.has(key)),
  ],
});

function decoder(name: string, plain: string): LegacyDecoder {
  const { single, multi } = readCodeTable(plain);
  const decode = multi === undefined ? singleByte(name, single) : multiByte(single, multi);
  return { decode: extendsAscii(single) ? asciiFirst(decode) : decode, isSingleByte: multi === undefined };
}

/** EUC-JP has the same characters, of which iconv-lite has the table. */
function iso2022jpDecoder(): LegacyDecoder {
  return { decode: iso2022jp(readCodeTable('eucjp').multi!.pairs), isSingleByte: false };
}
