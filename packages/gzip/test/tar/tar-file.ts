/** An entry to be put into an archive, with what may be special, or wrong, about it. */
export interface TarFile {
  readonly name: string | Uint8Array;
  readonly data?: Uint8Array | string;
  /** The character of its type. @default '0' */
  readonly type?: string;
  /** POSIX, GNU, star, or before POSIX. @default 'ustar' */
  readonly form?: 'ustar' | 'gnu' | 'star' | 'v7';
  readonly prefix?: string;
  /** What its field has instead of the content's length: a number, or the bytes of the field. */
  readonly size?: number | Uint8Array;
  /** What the checksum differs by from the right one. */
  readonly sumOff?: number;
  /** Whether the sum takes bytes for signed ones, as some programs did. */
  readonly isSigned?: boolean;
  /** Bytes at other places of the header. */
  readonly more?: readonly (readonly [at: number, bytes: string | Uint8Array])[];
}

/** One block of zeros. */
export const ZEROS = Buffer.alloc(512);

/** An archive: its entries, and two blocks of zeros. */
export function tarFile(files: readonly TarFile[]): Buffer {
  return Buffer.concat([...files.map(entry), ZEROS, ZEROS]);
}

/** An extended header of records, and what stands in front of each: its length. */
export function pax(records: Readonly<Record<string, string | Uint8Array>>, type = 'x'): TarFile {
  return { name: 'PaxHeaders/x', type, data: Buffer.concat(Object.entries(records).map(record)) };
}

/** A header of GNU's that has a long name (`L`) or what a link points to (`K`). */
export function long(name: string, type = 'L'): TarFile {
  return { name: '././@LongLink', type, form: 'gnu', data: `${name}\0` };
}

function record([keyword, value]: readonly [string, string | Uint8Array]): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${keyword}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

export function entry(file: TarFile): Buffer {
  const { form = 'ustar', type = '0', isSigned = false, sumOff = 0, more = [] } = file;
  const data = Buffer.from(file.data ?? '');
  const head = Buffer.alloc(512);
  const put = (at: number, bytes: string | Uint8Array): void => void Buffer.from(bytes).copy(head, at);
  put(0, Buffer.from(file.name).subarray(0, 100));
  put(100, '0000644\0');
  put(108, '0000000\0');
  put(116, '0000000\0');
  const size = file.size ?? data.length;
  put(124, typeof size === 'number' ? `${size.toString(8).padStart(11, '0')}\0` : size);
  put(136, '00000000000\0');
  put(156, type);
  if (form !== 'v7') put(257, form === 'gnu' ? 'ustar  \0' : 'ustar\x0000');
  if (form === 'star') put(508, 'tar\0');
  if (file.prefix !== undefined) put(345, file.prefix);
  for (const [at, bytes] of more) put(at, bytes);
  put(148, ' '.repeat(8));
  const sum = head.reduce((total, byte) => total + (isSigned && byte > 127 ? byte - 256 : byte), 0) + sumOff;
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return Buffer.concat([head, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

/** A number to base 256, as GNU writes those that octal digits cannot hold. */
export function base256(value: number): Buffer {
  const field = Buffer.alloc(12);
  field.writeBigUInt64BE(BigInt(value), 4);
  field[0] = 0x80;
  return field;
}
