/** Decodes bytes; U+FFFD stands for what is no character. */
export type DecodeBytes = (bytes: Uint8Array) => string;

/** A sequence of bytes, as hexadecimal text, and the character that it stands for. */
export type Sequences = ReadonlyMap<string, string>;

const LF = 0x0a;

/**
 * Everything that an encoding beyond ASCII can write: by one byte, by two, and by the three and four bytes of EUC-JP and
 * GB18030 (of the latter, those of the Basic Multilingual Plane).
 */
export function sequencesOf(decode: DecodeBytes): Sequences {
  const found = new Map<string, string>();
  const probe = (codes: readonly (readonly number[])[]): void => {
    const texts = decode(Uint8Array.from(codes.flatMap((code) => [...code, LF]))).split('\n');
    for (const [index, code] of codes.entries()) {
      const text = texts[index]!;
      if (text !== '' && !text.includes('\uFFFD')) found.set(hexOf(code), text);
    }
  };
  const bytes = range(0x80, 0xff);
  probe(bytes.map((byte) => [byte]));
  const leads = bytes.filter((byte) => !found.has(hexOf([byte])));
  for (const lead of leads) probe(range(0x40, 0xff).map((trail) => [lead, trail]));
  const threeBytes = leads.includes(0x8f) && !found.has('8f40') && !found.has('8fa1');
  if (threeBytes)
    for (const second of range(0xa1, 0xfe)) probe(range(0xa1, 0xfe).map((third) => [0x8f, second, third]));
  if (decode(Uint8Array.of(0x81, 0x30, 0x81, 0x30)).length === 1) {
    for (let at = 0; at < 39_420; at += 1260) probe(range(at, Math.min(at + 1259, 39_419)).map(fourBytes));
  }
  return found;
}

/** GB18030's sequence of four bytes with this number. */
function fourBytes(number: number): readonly number[] {
  return [
    0x81 + Math.floor(number / 12_600),
    0x30 + (Math.floor(number / 1260) % 10),
    0x81 + (Math.floor(number / 10) % 126),
    0x30 + (number % 10),
  ];
}

function hexOf(code: readonly number[]): string {
  return code.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
