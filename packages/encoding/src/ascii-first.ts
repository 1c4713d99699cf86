import { Buffer, isAscii } from 'node:buffer';
import type { Decode } from './charset.ts';

/** Much of what is declared as a legacy encoding is plain ASCII, which the platform decodes twenty times as fast. */
export function asciiFirst(decode: Decode): Decode {
  return (bytes, last, invalid) =>
    isAscii(bytes)
      ? { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'), used: bytes.length }
      : decode(bytes, last, invalid);
}
