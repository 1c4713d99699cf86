import { Buffer } from 'node:buffer';
import { TextDecoder } from 'node:util';
import type { Decode } from './charset.ts';
import { NOT_ALONE } from './code-table.ts';
import { unitBuffer } from './unit-buffer.ts';

/**
 * Decodes an encoding of one byte a character.
 *
 * @param label the name to ask the platform's decoder for
 * @param table the character of each byte, or `NOT_ALONE`
 */
export function singleByte(label: string, table: Uint16Array): Decode {
  if (table.every((character, byte) => character === byte)) return decodeLatin1;
  const byTable = tableDecode(table);
  const gaps = [...table.keys()].filter((byte) => table[byte] === NOT_ALONE);
  const native = nativeDecoder(label, table);
  // Looking for a byte is a native call of its own, so it pays for a few of them only.
  if (native === undefined || gaps.length > 8) return byTable;
  return (bytes, last, invalid) =>
    gaps.some((byte) => bytes.includes(byte))
      ? byTable(bytes, last, invalid)
      : { text: native.decode(bytes), used: bytes.length };
}

/** ISO-8859-1, exactly: each byte is the code point of that number. */
const decodeLatin1: Decode = (bytes) => ({
  text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'),
  used: bytes.length,
});

function tableDecode(table: Uint16Array): Decode {
  const buffer = unitBuffer();
  const hasGaps = table.includes(NOT_ALONE);
  return (bytes, _last, invalid) => {
    const { length } = bytes;
    const units = buffer.reserve(length);
    for (let index = 0; index < length; index += 1) units[index] = table[bytes[index]!]!;
    const text = buffer.text(length);
    if (hasGaps && text.includes('\uFFFD')) {
      for (let index = 0; index < length; index += 1) if (units[index] === NOT_ALONE) invalid(index, 1);
    }
    return { text, used: length };
  };
}

/**
 * The platform's decoder, where it agrees with the table on every byte that stands for a character. It may not: to a
 * TextDecoder `iso-8859-1` is windows-1252.
 */
function nativeDecoder(label: string, table: Uint16Array): TextDecoder | undefined {
  try {
    const decoder = new TextDecoder(label);
    const text = decoder.decode(Uint8Array.from(table.keys()));
    return table.every((unit, byte) => unit === NOT_ALONE || unit === text.charCodeAt(byte)) ? decoder : undefined;
  } catch {
    return undefined; // The platform does not know this label.
  }
}
