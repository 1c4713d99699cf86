import type { Decode } from './charset.ts';
import { unitBuffer } from './unit-buffer.ts';

/** Decodes UTF-32. iconv-lite is not used for it: it lets surrogates pass, of which two would join into a character. */
export function utf32(littleEndian: boolean): Decode {
  const buffer = unitBuffer();
  return (bytes, last, invalid) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const whole = bytes.length & ~3;
    const units = buffer.reserve((bytes.length >>> 1) + 1);
    let count = 0;
    for (let index = 0; index < whole; index += 4) {
      const code = view.getUint32(index, littleEndian);
      if (code > 0xffff && code <= 0x10ffff) {
        units[count++] = 0xd7c0 + (code >>> 10);
        units[count++] = 0xdc00 + (code & 0x3ff);
      } else if (code > 0xffff || (code >= 0xd800 && code <= 0xdfff)) {
        invalid(index, 4);
        units[count++] = 0xfffd;
      } else {
        units[count++] = code;
      }
    }
    if (last && whole < bytes.length) {
      invalid(whole, bytes.length - whole);
      units[count++] = 0xfffd;
    }
    return { text: buffer.text(count), used: last ? bytes.length : whole };
  };
}
