import type { ItemRanges } from '@millrace/core/plugin';
import { invalid, tooLarge } from '../xlsx-error.ts';

/** A file of the archive, as the directory lists it (APPNOTE.TXT 6.3.10, section 4.3.12). */
export interface ZipEntry {
  /** As it is stored. */
  readonly nameBytes: Uint8Array;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its own header is. */
  readonly offset: number;
}

export interface ZipDirectory {
  /** By name: with slashes, and in lower case, as names of parts in a package do not differ in case alone. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Where the directory begins: no file goes beyond. */
  readonly start: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_64_BYTES = 20;
const END_64 = 0x06064b50;
const END_64_BYTES = 56;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const ENCRYPTED = 0x2041;
const ALL_ONES = 0xffffffff;
const ZIP64 = 1;
/** The end record with the longest comment: one read finds it, and mostly the directory too. */
const TAIL_BYTES = END_BYTES + 0xffff;

/**
 * Reads the directory at the end of an archive: without it nobody knows where its files are. `undefined` if the content does
 * not end like an archive.
 *
 * @throws MillraceError `XLSX_INVALID`, `XLSX_TOO_LARGE`
 */
export async function readZipDirectory(
  content: ItemRanges,
  maxDirectoryBytes: number,
): Promise<ZipDirectory | undefined> {
  const { size } = content;
  const tailStart = Math.max(0, size - TAIL_BYTES);
  const tail = await content.read(tailStart, size - tailStart);
  const at = endRecord(tail);
  if (at === undefined) return undefined;
  const end = await directoryEnd(content, tail, tailStart, at);
  const { start, length, count } = end;
  if (start + length !== end.at) throw invalid('Its zip directory is not where it should be');
  if (length > maxDirectoryBytes)
    throw tooLarge(`Its zip directory has ${length} bytes.`, 'maxDirectoryBytes', maxDirectoryBytes);
  const bytes =
    start >= tailStart
      ? tail.subarray(start - tailStart, start - tailStart + length)
      : await content.read(start, length);
  return { entries: entriesOf(bytes, count), start };
}

/** Where the end record begins whose comment ends with the file. */
function endRecord(tail: Uint8Array): number | undefined {
  const view = viewOf(tail);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail[at] !== 0x50 || view.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) === tail.length) return at;
  }
  return undefined;
}

interface DirectoryEnd {
  readonly start: number;
  readonly length: number;
  readonly count: number;
  /** Where the first of the end records begins. */
  readonly at: number;
}

async function directoryEnd(
  content: ItemRanges,
  tail: Uint8Array,
  tailStart: number,
  at: number,
): Promise<DirectoryEnd> {
  const view = viewOf(tail);
  const locator = at - LOCATOR_64_BYTES;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_64) {
    const [disk, otherDisk] = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)];
    if (disk !== 0 || otherDisk !== 0) throw invalid('It is one of several parts of a zip archive');
    return {
      count: view.getUint16(at + 10, true),
      length: view.getUint32(at + 12, true),
      start: view.getUint32(at + 16, true),
      at: tailStart + at,
    };
  }
  const offset = uint64(view, locator + 8);
  if (!(offset + END_64_BYTES <= tailStart + locator)) throw invalid('Its zip64 directory is not where it should be');
  const record = viewOf(await content.read(offset, END_64_BYTES));
  if (record.getUint32(0, true) !== END_64) throw invalid('Its zip64 directory is not where it should be');
  return { count: uint64(record, 32), length: uint64(record, 40), start: uint64(record, 48), at: offset };
}

function entriesOf(bytes: Uint8Array, count: number): ReadonlyMap<string, ZipEntry> {
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let [at, found] = [0, 0];
  while (at < bytes.length) {
    if (at + ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== ENTRY)
      throw invalid('Its zip directory has something else where an entry should be');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const next = at + ENTRY_BYTES + nameLength + extraLength + commentLength;
    if (next > bytes.length) throw invalid('An entry of its zip directory is cut short');
    const nameBytes = bytes.slice(at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength);
    const extra = bytes.subarray(at + ENTRY_BYTES + nameLength, next - commentLength);
    const name = partName(Buffer.from(nameBytes).toString('utf8'));
    found += 1;
    at = next;
    if (name.endsWith('/')) continue;
    if (entries.has(name)) throw invalid(`Entry ${found} of its zip directory has the name of another`);
    entries.set(
      name,
      withZip64({ nameBytes, ...factsAt(view, next - commentLength - extraLength - nameLength) }, extra),
    );
  }
  if (found !== count) throw invalid(`Its zip directory has ${found} entries, and says that it has ${count}`);
  return entries;
}

/** A part's name as it is looked up: some writers put backslashes, or a slash in front. */
export function partName(name: string): string {
  return name.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase();
}

/** The fixed fields of the entry whose name begins at `nameAt`. */
function factsAt(view: DataView, nameAt: number): Omit<ZipEntry, 'nameBytes'> {
  const at = nameAt - ENTRY_BYTES;
  return {
    isEncrypted: (view.getUint16(at + 8, true) & ENCRYPTED) !== 0,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
}

/** Puts in what an entry leaves to its zip64 field, in this order, each only if the entry has all ones (section 4.5.3). */
function withZip64(entry: ZipEntry, extra: Uint8Array): ZipEntry {
  const wanted = (['size', 'packedSize', 'offset'] as const).filter((name) => entry[name] === ALL_ONES);
  const view = viewOf(extra);
  for (let at = 0; wanted.length > 0 && at + 4 <= extra.length;) {
    const [id, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    const from = at + 4;
    at = from + length;
    if (id !== ZIP64) continue;
    if (length < wanted.length * 8 || at > extra.length) throw invalid('A zip64 field of its directory is cut short');
    return { ...entry, ...Object.fromEntries(wanted.map((name, index) => [name, uint64(view, from + index * 8)])) };
  }
  return entry;
}

/** A number beyond 2^53 is wrong in any case; it stays a wrong one. */
function uint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
