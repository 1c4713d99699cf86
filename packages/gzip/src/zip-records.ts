/** The records that a zip file is made of, by their first four bytes (APPNOTE.TXT 6.3.10, section 4.3). */
export const SIGNATURES = {
  file: 0x04034b50,
  descriptor: 0x08074b50,
  directory: 0x02014b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  end: 0x06054b50,
} as const;

/** Lengths of the records' fixed parts. */
export const LENGTHS = { file: 30, directory: 46, end64: 56, locator64: 20, end: 22 } as const;

/** General purpose flags, section 4.4.4: encrypted, strongly encrypted, and with a header that is masked. */
const ENCRYPTED = 0x2041;
const DESCRIPTOR = 0x0008;

const UNKNOWN_16 = 0xffff;
const UNKNOWN_32 = 0xffffffff;
const ZIP64 = 1;

/** What header, descriptor and directory say of a file. */
export interface FileFacts {
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
}

export interface FileHeader extends FileFacts {
  /** CRC and sizes stand behind the data. */
  readonly hasDescriptor: boolean;
  readonly nameLength: number;
  readonly extraLength: number;
}

export interface DirectoryHeader extends FileHeader {
  readonly commentLength: number;
  /** Where the file's header stands. */
  readonly offset: number;
  readonly disk: number;
}

export interface DirectoryEnd {
  readonly disks: readonly number[];
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
  readonly commentLength: number;
}

export function fileHeader(bytes: Uint8Array): FileHeader {
  return facts(viewOf(bytes), 6);
}

export function directoryHeader(bytes: Uint8Array): DirectoryHeader {
  const view = viewOf(bytes);
  return {
    ...facts(view, 8),
    commentLength: view.getUint16(32, true),
    disk: view.getUint16(34, true),
    offset: view.getUint32(42, true),
  };
}

/** Fields that are the same in both headers, from the flags on. */
function facts(view: DataView, at: number): FileHeader {
  const flags = view.getUint16(at, true);
  return {
    isEncrypted: (flags & ENCRYPTED) !== 0,
    hasDescriptor: (flags & DESCRIPTOR) !== 0,
    method: view.getUint16(at + 2, true),
    crc: view.getUint32(at + 8, true),
    packedSize: view.getUint32(at + 12, true),
    size: view.getUint32(at + 16, true),
    nameLength: view.getUint16(at + 20, true),
    extraLength: view.getUint16(at + 22, true),
  };
}

/**
 * Puts in what a header leaves to its zip64 field: sizes, and the offset in the directory, in this order, each only where the
 * header has all ones (section 4.5.3). `undefined` where the field is cut short.
 */
export function withZip64<H extends FileHeader & { readonly offset?: number }>(
  header: H,
  extra: Uint8Array,
): H | undefined {
  const wanted = (['size', 'packedSize', 'offset'] as const).filter((name) => header[name] === UNKNOWN_32);
  const view = viewOf(extra);
  for (let at = 0; wanted.length > 0 && at + 4 <= extra.length;) {
    const [id, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    const from = at + 4;
    at = from + length;
    if (id !== ZIP64) continue;
    if (length < wanted.length * 8 || at > extra.length) return undefined;
    return { ...header, ...Object.fromEntries(wanted.map((name, index) => [name, uint64(view, from + index * 8)])) };
  }
  return header;
}

export function directoryEnd(bytes: Uint8Array): DirectoryEnd {
  const view = viewOf(bytes);
  return {
    disks: [view.getUint16(4, true), view.getUint16(6, true)],
    entries: view.getUint16(10, true),
    size: view.getUint32(12, true),
    offset: view.getUint32(16, true),
    commentLength: view.getUint16(20, true),
  };
}

/** The zip64 form, and how many bytes follow its fixed part. */
export function directoryEnd64(bytes: Uint8Array): DirectoryEnd & { readonly restLength: number } {
  const view = viewOf(bytes);
  return {
    restLength: uint64(view, 4) + 12 - LENGTHS.end64,
    disks: [view.getUint32(16, true), view.getUint32(20, true)],
    entries: uint64(view, 32),
    size: uint64(view, 40),
    offset: uint64(view, 48),
    commentLength: 0,
  };
}

/** Where a locator says that the zip64 end stands. */
export function locatedEnd64(bytes: Uint8Array): number {
  return uint64(viewOf(bytes), 8);
}

/** Whether an end says what is so, or leaves it to the zip64 form. */
export function agrees(end: DirectoryEnd, entries: number, size: number, offset: number, hasZip64: boolean): boolean {
  const same = (said: number, is: number, unknown: number): boolean => said === is || (hasZip64 && said === unknown);
  return (
    end.disks.every((disk) => same(disk, 0, UNKNOWN_16)) &&
    same(end.entries, entries, UNKNOWN_16) &&
    same(end.size, size, UNKNOWN_32) &&
    same(end.offset, offset, UNKNOWN_32)
  );
}

/**
 * The length of the data descriptor that these bytes begin with, if it has what the data gave. Its signature may be left out,
 * and its sizes may have 4 or 8 bytes, which no field says for sure (section 4.3.9), so that each form is tried. That another
 * record follows only decides between two forms that fit: whether it does is seen when that is read.
 */
export function descriptorLength(bytes: Uint8Array, { crc, packedSize, size }: FileFacts): number | undefined {
  const view = viewOf(bytes);
  const isSigned = view.getUint32(0, true) === SIGNATURES.descriptor;
  let fitting: number | undefined;
  for (const at of isSigned ? [4, 0] : [0]) {
    if (view.getUint32(at, true) !== crc) continue;
    const fits32 = view.getUint32(at + 4, true) === packedSize && view.getUint32(at + 8, true) === size;
    const fits64 = uint64(view, at + 4) === packedSize && uint64(view, at + 12) === size;
    if (fits32 && isNextRecord(view, at + 12)) return at + 12;
    if (fits64 && isNextRecord(view, at + 20)) return at + 20;
    // Zeros are no evidence: data may begin with them.
    if (size > 0) fitting ??= fits32 ? at + 12 : fits64 ? at + 20 : undefined;
  }
  return fitting;
}

/** Bytes that must be there to recognize a descriptor: the longest one, and the next signature. */
export const DESCRIPTOR_BYTES = 28;

/** Whether a file or the directory begins here. */
export function isNextRecord(view: DataView, at: number): boolean {
  const signature = view.getUint32(at, true);
  return signature === SIGNATURES.file || signature === SIGNATURES.directory;
}

export function signatureOf(bytes: Uint8Array): number {
  return viewOf(bytes).getUint32(0, true);
}

/** A number past 2^53 is none that can be right; it stays a wrong one. */
function uint64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
