/** What bytes are that are not text, and what to do about them. */
export interface ContentSignature {
  /** The format, as its users call it. */
  readonly name: string;
  /** A sentence that says how to read it. */
  readonly advice: string;
}

interface Mark extends ContentSignature {
  readonly bytes: readonly number[];
}

/** Bytes of an item that are enough to recognize each format: one block of a tar archive. */
export const SIGNATURE_LENGTH = 512;

const DECOMPRESS = 'Put decompress() of @millrace/gzip, or the package of the format, before decodeText.';
const ARCHIVE = 'Put a decompressor that reads this archive before decodeText, or have its files delivered one by one.';
const REPACK = 'It is not read here; have the file delivered as gzip or zip.';
const EXPORT = 'It is not read here; have the data delivered as CSV, JSON or XML.';

const text = (marks: string): readonly number[] => Array.from(marks, (mark) => mark.charCodeAt(0));

/** Each mark is long enough, or has a byte that text does not have, so that no text begins with it by chance. */
const MARKS: readonly Mark[] = [
  { name: 'gzip', bytes: [0x1f, 0x8b, 0x08], advice: 'Put gunzip() of @millrace/gzip before decodeText.' },
  { name: 'zip', bytes: text('PK\x03\x04'), advice: `An .xlsx file is a zip archive, too. ${ARCHIVE}` },
  { name: 'zip', bytes: text('PK\x05\x06'), advice: `The archive is empty. ${ARCHIVE}` },
  { name: 'zip', bytes: text('PK\x07\x08'), advice: ARCHIVE },
  { name: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd], advice: DECOMPRESS },
  { name: 'bzip2', bytes: text('BZh'), advice: DECOMPRESS },
  { name: 'xz', bytes: text('\xfd7zXZ\0'), advice: DECOMPRESS },
  { name: 'LZ4', bytes: [0x04, 0x22, 0x4d, 0x18], advice: DECOMPRESS },
  { name: 'Snappy', bytes: text('\xff\x06\0\0sNaPpY'), advice: DECOMPRESS },
  { name: 'lzip', bytes: text('LZIP\x01'), advice: REPACK },
  { name: 'Unix compress (.Z)', bytes: [0x1f, 0x9d, 0x90], advice: REPACK },
  { name: '7z', bytes: text('7z\xbc\xaf\x27\x1c'), advice: REPACK },
  { name: 'rar', bytes: text('Rar!\x1a\x07'), advice: REPACK },
  { name: 'cab', bytes: text('MSCF\0\0\0\0'), advice: REPACK },
  { name: 'PDF', bytes: text('%PDF-'), advice: EXPORT },
  {
    name: 'legacy Microsoft Office (OLE, such as .xls)',
    bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
    advice: EXPORT,
  },
  {
    name: 'Parquet',
    bytes: text('PAR1\x15'),
    advice: 'Put parseParquet() of @millrace/parquet in place of decodeText.',
  },
  { name: 'Avro', bytes: text('Obj\x01'), advice: EXPORT },
  { name: 'Arrow', bytes: text('ARROW1\0\0'), advice: EXPORT },
  { name: 'SQLite', bytes: text('SQLite format 3\0'), advice: EXPORT },
  { name: 'PNG', bytes: text('\x89PNG\r\n\x1a\n'), advice: EXPORT },
];

/** Behind `BZh` and the block size: the beginning of a block, or of the end of a file without any. */
const BZIP2_BLOCKS: readonly string[] = ['1AY&SY', '\x17rE8P\x90'];

const TAR: ContentSignature = { name: 'tar', advice: ARCHIVE };

/** Recognizes the format that bytes begin with; `undefined` if it is none that is known, as text is not. */
export function contentSignature(head: Uint8Array): ContentSignature | undefined {
  const found = MARKS.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (found?.name === 'bzip2' && !BZIP2_BLOCKS.includes(latin1(head.subarray(4, 10)))) return undefined;
  return found ?? (isTar(head) ? TAR : undefined);
}

/** Tells a tar header by its checksum, which archives from before POSIX have, too. */
function isTar(head: Uint8Array): boolean {
  if (head.length < SIGNATURE_LENGTH) return false;
  const stored = /^ *([0-7]+)[ \0]/.exec(latin1(head.subarray(148, 156)))?.[1];
  if (stored === undefined) return false;
  let sum = 0;
  for (let index = 0; index < SIGNATURE_LENGTH; index += 1) sum += index >= 148 && index < 156 ? 0x20 : head[index]!;
  return sum === Number.parseInt(stored, 8);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
