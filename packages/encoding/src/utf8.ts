import type { Decode, ReportInvalid } from './charset.ts';

// A byte order mark is removed once, at the head of the item, and not by each call of these.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** Decodes UTF-8 with the platform's decoder. */
export const decodeUtf8: Decode = (bytes, last, invalid) => {
  const used = last ? bytes.length : bytes.length - cutLength(bytes);
  const whole = used === bytes.length ? bytes : bytes.subarray(0, used);
  try {
    return { text: strict.decode(whole), used };
  } catch {
    reportAll(whole, invalid);
    return { text: lenient.decode(whole), used };
  }
};

/** How many bytes at the end begin a character that is not complete. A lead byte always begins a new character. */
function cutLength(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

function reportAll(bytes: Uint8Array, invalid: ReportInvalid): void {
  for (let index = 0; index < bytes.length;) {
    const { length, valid } = sequenceAt(bytes, index);
    if (!valid) invalid(index, length);
    index += length;
  }
}

/**
 * The sequence at `index`, by table 3-7 of the Unicode Standard (well-formed UTF-8 byte sequences). The length of an
 * invalid one is that of its maximal subpart, for which decoders put one U+FFFD.
 */
function sequenceAt(bytes: Uint8Array, index: number): { readonly length: number; readonly valid: boolean } {
  const lead = bytes[index]!;
  if (lead < 0x80) return { length: 1, valid: true };
  if (lead < 0xc2 || lead > 0xf4) return { length: 1, valid: false };
  const wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let length = 1; length < wanted; length += 1) {
    const byte = bytes[index + length] ?? 0;
    if (byte < (length === 1 ? least : 0x80) || byte > (length === 1 ? most : 0xbf)) return { length, valid: false };
  }
  return { length: wanted, valid: true };
}
