import { isZero } from './tar-signature.ts';

/** Records of an extended header, by their keyword. An empty value takes back what an earlier header said. */
export type PaxRecords = ReadonlyMap<string, Uint8Array>;

/** Keywords that matter here; all others, such as times and owners, are left out. */
const WANTED = /^(?:path|size|(?:GNU\.(?:sparse|volume)|SCHILY\.realsize|SUN\.holesdata).*)$/;

/**
 * Reads the records of an extended header: `LENGTH KEYWORD=VALUE` and a line feed, with the length of all of it in decimal
 * (POSIX, pax, "pax Extended Header"). `undefined` if they are anything else. Zeros may follow, as some programs pad with them.
 */
export function paxRecords(bytes: Uint8Array): PaxRecords | undefined {
  const records = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] === 0) return isZero(bytes.subarray(at)) ? records : undefined;
    const [, digits = ''] = /^(\d{1,8}) /.exec(latin1(bytes.subarray(at, at + 9))) ?? [];
    const end = at + Number(digits);
    const from = at + digits.length + 1;
    // The shortest record has a keyword of one character, the sign and the line feed.
    if (digits === '' || end > bytes.length || end < from + 3 || bytes[end - 1] !== 0x0a) return undefined;
    const sign = bytes.indexOf(0x3d, from);
    if (sign <= from || sign >= end - 1) return undefined;
    const keyword = latin1(bytes.subarray(from, Math.min(sign, from + 100)));
    if (WANTED.test(keyword)) records.set(keyword, bytes.subarray(sign + 1, end - 1));
    at = end;
  }
  return records;
}

/** A size as records have it; `undefined` if it is not one. */
export function paxSize(value: Uint8Array): number | undefined {
  const text = latin1(value.subarray(0, 32));
  const size = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(size) ? size : undefined;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
