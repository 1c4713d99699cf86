import iconv from 'iconv-lite';
import type { Charsets } from './charsets.ts';
import { asciiFirst } from './ascii-first.ts';
import { extendsAscii } from './code-table.ts';
import { lazyCharset, type LegacyDecoder } from './lazy-charset.ts';
import { multiByte } from './multi-byte.ts';
import { readCodeTable } from './read-code-table.ts';
import { singleByte } from './single-byte.ts';

/** Names of iconv-lite that are refused: what is no character encoding, and what it cannot decode strictly. */
const REFUSED: ReadonlySet<string> = new Set(['base64', 'hex', 'binary', 'cesu8', 'utf7', 'unicode11utf7', 'utf7imap']);

/**
 * The legacy encodings of iconv-lite. On Node `decodeText` has them by itself; a program that is bundled hands them to
 * it as the option `charsets`, so that no bundle carries half a megabyte of tables that it does not use. The tables of
 * an encoding are read when its first bytes arrive.
 */
export const legacyCharsets: Charsets = Object.freeze<Charsets>({
  find: (name, plain) =>
    !REFUSED.has(plain) && iconv.encodingExists(plain) ? lazyCharset(() => decoder(name)) : undefined,
  names: () => Object.keys(iconv.encodings ?? {}).filter((key) => !key.startsWith('_') && !REFUSED.has(key)),
});

function decoder(name: string): LegacyDecoder {
  const { single, multi } = readCodeTable(name);
  const decode = multi === undefined ? singleByte(name, single) : multiByte(single, multi);
  return { decode: extendsAscii(single) ? asciiFirst(decode) : decode, isSingleByte: multi === undefined };
}
