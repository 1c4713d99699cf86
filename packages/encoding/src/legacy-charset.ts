import { Buffer, isAscii } from 'node:buffer';
import type { Charset, Decode } from './charset.ts';
import { readCodeTable } from './code-table.ts';
import { multiByte } from './multi-byte.ts';
import { singleByte } from './single-byte.ts';

/** An encoding that iconv-lite knows. Its tables are read when the first bytes arrive. */
export function legacyCharset(name: string): Charset {
  let legacy: Legacy | undefined;
  return {
    decode: (bytes, last, invalid) => (legacy ??= readLegacy(name)).decode(bytes, last, invalid),
    measure: () => ((legacy ??= readLegacy(name)).isSingleByte ? (text) => text.length : undefined),
    marks: undefined,
  };
}

interface Legacy {
  readonly decode: Decode;
  readonly isSingleByte: boolean;
}

function readLegacy(name: string): Legacy {
  const { single, multi } = readCodeTable(name);
  const decode = multi === undefined ? singleByte(name, single) : multiByte(single, multi);
  const extendsAscii = single.subarray(0, 0x80).every((character, byte) => character === byte);
  return { decode: extendsAscii ? asciiFirst(decode) : decode, isSingleByte: multi === undefined };
}

/** Much of what is declared as a legacy encoding is plain ASCII, which the platform decodes twenty times as fast. */
function asciiFirst(decode: Decode): Decode {
  return (bytes, last, invalid) =>
    isAscii(bytes)
      ? { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'), used: bytes.length }
      : decode(bytes, last, invalid);
}
