import { isUtf8 } from 'node:buffer';
import { rankCharsets, type RankedCharset } from '@millrace/encoding/detect';
import { type Guess, guess } from '../guess.ts';

export interface FoundCharset {
  readonly charset: Guess<string>;
  readonly byteOrderMark: boolean;
}

/** The encodings that can be recognized, most common first. */
const ALLOWED: readonly string[] = [
  'utf-8',
  'windows-1252',
  'iso-8859-15',
  'windows-1250',
  'iso-8859-2',
  'windows-1251',
  'koi8-r',
  'iso-8859-5',
  'cp866',
  'cp850',
  'cp437',
  'cp852',
  'macintosh',
  'windows-1253',
  'windows-1254',
  'windows-1255',
  'windows-1256',
  'windows-1257',
  'windows-874',
];
const ALLOWED_WIDE: readonly string[] = ['shift_jis', 'euc-jp', 'iso-2022-jp', 'gb18030', 'big5', 'euc-kr'];

const MARKS: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Bytes beyond ASCII that letters are judged by, and bytes of the lines that hold them. More take longer and tell nothing new. */
const TELLING_BYTES = 1200;
const SAMPLE_BYTES = 24 * 1024;
const XML_DECLARATION = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']/;

/**
 * Finds the encoding of a text: by its byte order mark, the zeros of UTF-16 and UTF-32, the form of UTF-8, the declaration of
 * an XML document, and then by how well the text reads.
 */
export function findCharset(bytes: Uint8Array, complete: boolean): FoundCharset {
  const mark = MARKS.find(([, first]) => first.every((byte, index) => bytes[index] === byte));
  if (mark !== undefined) return { charset: guess(mark[0], 0.99), byteOrderMark: true };
  return { charset: withoutMark(bytes, complete), byteOrderMark: false };
}

function withoutMark(bytes: Uint8Array, complete: boolean): Guess<string> {
  const wide = wideCharset(bytes);
  if (wide !== undefined) return wide;
  const [beyond, shifts] = countBeyondAscii(bytes);
  if (beyond === 0 && !shifts) return guess('utf-8', complete ? 0.99 : 0.85, 'windows-1252', complete ? 0.5 : 0.4);
  const declared = declaredCharset(bytes);
  if (declared === 'utf-8' || declared === undefined) {
    if (beyond > 0 && isUtf8(withoutCutEnd(bytes, complete))) {
      return guess('utf-8', 1 - 0.2 ** Math.min(beyond / 2, 4), 'windows-1252', 0.05);
    }
  }
  const sample = linesBeyondAscii(bytes);
  const allowed = standAlone(sample) ? ALLOWED : [...ALLOWED, ...ALLOWED_WIDE];
  const ranked = rankCharsets(sample, { allowed });
  const [best, next] = westernFirst(ranked);
  if (declared !== undefined) {
    const named = ranked.find(({ name, same }) => name === declared || same.includes(declared));
    if (named === undefined || named.invalid === 0) return guess(declared, 0.97, best!.name, best!.confidence / 2);
  }
  return guess(best!.name, best!.confidence * (complete ? 1 : 0.97), next?.name, next?.confidence ?? 0);
}

/** Whether most bytes beyond ASCII are single ones between those of ASCII, as accents are and characters of several bytes are not. */
function standAlone(bytes: Uint8Array): boolean {
  let [single, runs] = [0, 0];
  for (let index = 0; index < bytes.length; index += 1) {
    if (bytes[index]! === 0x1b) return false;
    if (bytes[index]! < 0x80 || (index > 0 && bytes[index - 1]! >= 0x80)) continue;
    runs += 1;
    if ((bytes[index + 1] ?? 0) < 0x80) single += 1;
  }
  return single > runs * 0.8;
}

/** If little speaks for any encoding, the usual one of the West is the likeliest. */
function westernFirst(ranked: readonly RankedCharset[]): readonly RankedCharset[] {
  const western = ranked.find(({ name }) => name === 'windows-1252');
  if (western === undefined || western.invalid > 0 || ranked[0]!.confidence >= 0.5) return ranked;
  return [{ ...western, confidence: 0.5 }, ...ranked.filter((one) => one !== western)];
}

function countBeyondAscii(bytes: Uint8Array): readonly [beyond: number, shifts: boolean] {
  let beyond = 0;
  for (let index = 0; index < bytes.length && beyond < 64; index += 1) if (bytes[index]! >= 0x80) beyond += 1;
  const escape = bytes.indexOf(0x1b);
  // ISO-2022-JP shifts by ESC $ and ESC (.
  const shifts = escape !== -1 && (bytes[escape + 1] === 0x24 || bytes[escape + 1] === 0x28);
  return [beyond, shifts];
}

/** Up to three bytes at the end may be the beginning of a character that is cut. */
function withoutCutEnd(bytes: Uint8Array, complete: boolean): Uint8Array {
  if (complete) return bytes;
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back]!;
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - back);
    if (byte < 0x80) break;
  }
  return bytes;
}

/** The lines that have bytes beyond ASCII, as many as are judged. */
function linesBeyondAscii(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  let beyond = 0;
  let at = 0;
  while (at < bytes.length && size < SAMPLE_BYTES && beyond < TELLING_BYTES) {
    let telling = at;
    while (telling < bytes.length && bytes[telling]! < 0x80 && bytes[telling] !== 0x1b) telling += 1;
    if (telling === bytes.length) break;
    const start = Math.max(at, bytes.lastIndexOf(0x0a, telling) + 1, telling - 1024);
    const feed = bytes.indexOf(0x0a, telling);
    const end = Math.min(feed === -1 ? bytes.length : feed + 1, start + 4096);
    const part = bytes.subarray(start, end);
    for (const byte of part) if (byte >= 0x80 || byte === 0x1b) beyond += 1;
    parts.push(part);
    size += end - start;
    at = end;
  }
  return Buffer.concat(parts);
}

function declaredCharset(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 256)).toString('latin1');
  const name = XML_DECLARATION.exec(head)?.[1]?.toLowerCase();
  if (name === undefined || name.startsWith('utf-16')) return undefined;
  if (name === 'utf8') return 'utf-8';
  try {
    rankCharsets(bytes.subarray(0, 1), { allowed: [name] });
    return name;
  } catch {
    return undefined;
  }
}

/** UTF-16 and UTF-32 without a byte order mark, by the places of their zeros. */
function wideCharset(bytes: Uint8Array): Guess<string> | undefined {
  const length = Math.min(bytes.length, 64 * 1024) & ~3;
  if (length < 4 || !bytes.subarray(0, length).includes(0)) return undefined;
  const zeros = [0, 0, 0, 0];
  for (let index = 0; index < length; index += 1) if (bytes[index] === 0) zeros[index & 3]! += 1;
  const units = length / 4;
  const often = zeros.map((count) => count > 0.9 * units);
  if (often[2] && often[3] && !often[0]) return guess('utf-32le', 0.95);
  if (often[0] && often[1] && !often[3]) return guess('utf-32be', 0.95);
  const [even, odd] = [zeros[0]! + zeros[2]!, zeros[1]! + zeros[3]!];
  const sure = Math.max(even, odd) > 0.6 * 2 * units ? 0.96 : 0.85;
  if (odd > 0 && even < odd / 20) return guess('utf-16le', sure, 'utf-16be', 0.1);
  if (even > 0 && odd < even / 20) return guess('utf-16be', sure, 'utf-16le', 0.1);
  return undefined;
}
