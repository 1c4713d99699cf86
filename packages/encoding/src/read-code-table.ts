import { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';
import { amendmentsOf } from './amendments.ts';
import { type CodeTable, NONE, NOT_ALONE, type Sequence } from './code-table.ts';

/**
 * Asks iconv-lite what each byte sequence stands for. Its tables are the same on every version of Node, but its decoders
 * cannot say which bytes were invalid, so Millrace decodes by the tables itself.
 */
export function readCodeTable(charset: string): CodeTable {
  const amendments = amendmentsOf(tableName(charset));
  const single = new Uint16Array(256);
  for (let byte = 0; byte < 256; byte += 1) single[byte] = iconv.decode(Buffer.of(byte), charset).charCodeAt(0);
  for (const [code, unit] of amendments) if (code < 256) single[code] = unit;
  const notAlone = [...single.keys()].filter((byte) => single[byte] === NOT_ALONE);
  const twoBytes = probe(charset, notAlone);
  if (twoBytes.size === 0) return { single, multi: undefined };

  const pairs = new Uint16Array(65536);
  for (const [code, units] of twoBytes) if (units <= 0xffff && units > 0) pairs[code] = units;
  for (const [code, unit] of amendments) pairs[code] = unit;
  const leads = new Set([...twoBytes.keys()].map((code) => code >>> 8));
  const longer = readThreeBytes(charset, leads) ?? readFourBytes(charset);
  const rare = (bytes: Uint8Array, index: number): Sequence => {
    const first = bytes[index]!;
    const second = bytes[index + 1];
    if (!leads.has(first)) return { length: 1, units: NONE };
    if (second === undefined) return { length: 2, units: NONE };
    return longer?.(bytes, index) ?? { length: 2, units: twoBytes.get((first << 8) | second) ?? NONE };
  };
  return { single, multi: { pairs, rare } };
}

/** iconv-lite's own name for what may be the name of several. */
function tableName(charset: string): string {
  const known: Readonly<Record<string, unknown>> | null = iconv.encodings;
  let name = charset;
  for (let next = known?.[name]; typeof next === 'string'; next = known?.[name]) name = next;
  return name;
}

/** The characters that are one of `heads`, of one byte or two, and one byte more. */
function probe(charset: string, heads: readonly number[]): ReadonlyMap<number, number> {
  // A control character is one by itself in every encoding, also behind a lead byte, so it separates the probes. They
  // are decoded in one call, as iconv-lite warms up slowly.
  const separator = 0x0a;
  const trails = Array.from({ length: 0xd0 }, (_, index) => 0x30 + index);
  const codes = heads.flatMap((head) => trails.map((trail) => (head << 8) | trail));
  const bytes = codes.flatMap((code) =>
    code > 0xffff ? [code >>> 16, (code >>> 8) & 0xff, code & 0xff, separator] : [code >>> 8, code & 0xff, separator],
  );
  const texts = iconv.decode(Buffer.from(bytes), charset).split('\n');
  const found = new Map<number, number>();
  for (const [index, code] of codes.entries()) {
    const text = texts[index]!;
    if (text.includes('\uFFFD')) continue;
    found.set(code, text.charCodeAt(0) | (text.length > 1 ? text.charCodeAt(1) << 16 : 0));
  }
  return found;
}

type ReadLonger = (bytes: Uint8Array, index: number) => Sequence | undefined;

/** EUC-JP: 0x8F begins the three-byte characters of JIS X 0212. */
function readThreeBytes(charset: string, leads: Set<number>): ReadLonger | undefined {
  const lead = 0x8f;
  if (leads.has(lead)) return undefined;
  const seconds = Array.from({ length: 0x80 }, (_, index) => (lead << 8) | 0x80 | index);
  const found = probe(charset, seconds);
  if (found.size === 0) return undefined;
  leads.add(lead);
  const known = new Set([...found.keys()].map((code) => code >>> 8));
  return (bytes, index) => {
    const head = (bytes[index]! << 8) | bytes[index + 1]!;
    if (!known.has(head)) return undefined;
    const third = bytes[index + 2];
    return { length: 3, units: third === undefined ? NONE : (found.get((head << 8) | third) ?? NONE) };
  };
}

/**
 * GB18030: four bytes, of which the second and fourth are digits. Their numbers up to 39419 are what two bytes leave of
 * the Basic Multilingual Plane, those from 189000 on are the planes above it, and none is a character in between
 * (Encoding Standard, "index gb18030 ranges"; iconv-lite invents characters there).
 */
function readFourBytes(charset: string): ReadLonger | undefined {
  const count = 39_420;
  const all = Buffer.alloc(4 * count);
  for (let number = 0; number < count; number += 1) {
    all[4 * number] = 0x81 + Math.floor(number / 12_600);
    all[4 * number + 1] = 0x30 + (Math.floor(number / 1260) % 10);
    all[4 * number + 2] = 0x81 + (Math.floor(number / 10) % 126);
    all[4 * number + 3] = 0x30 + (number % 10);
  }
  if (iconv.decode(all.subarray(0, 4), charset).length !== 1) return undefined;
  const plane = iconv.decode(all, charset);
  return (bytes, index) => {
    const second = bytes[index + 1]! - 0x30;
    if (second < 0 || second > 9) return undefined;
    const third = (bytes[index + 2] ?? 0) - 0x81;
    const fourth = (bytes[index + 3] ?? 0) - 0x30;
    if (third < 0 || third > 125 || fourth < 0 || fourth > 9) return { length: 4, units: NONE };
    const number = (((bytes[index]! - 0x81) * 10 + second) * 126 + third) * 10 + fourth;
    return { length: 4, units: number < count ? plane.charCodeAt(number) : surrogates(number - 189_000) };
  };
}

/** The two units of the character that lies so far beyond U+10000. */
function surrogates(above: number): number {
  if (above < 0 || above > 0xfffff) return NONE;
  return 0xd800 | (above >>> 10) | ((0xdc00 | (above & 0x3ff)) << 16);
}
