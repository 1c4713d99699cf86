/** What bytes are that are not text, and what to do about them. */
export interface ContentSignature {
  /** The format, as its users call it. */
  readonly name: string;
  /** A sentence that says how to read it. */
  readonly advice: string;
}

interface Mark extends ContentSignature {
  /** The bytes, as characters of the same number. */
  readonly mark: string;
}

/** Bytes of an item that are enough to recognize each format: one block of a tar archive. */
export const SIGNATURE_LENGTH = 512;

const DECOMPRESS = 'Put decompress() of @millrace/gzip, or the package of the format, before decodeText.';
const UNZIP =
  'Put decompress({ formats: [zip()] }) of @millrace/gzip before decodeText, or ask for its files one by one.';
const UNTAR =
  'Put decompress({ formats: [tar()] }) of @millrace/gzip before decodeText, or ask for its files one by one.';
const REPACK = 'It is not read here; have the file delivered as gzip or zip.';
const EXPORT = 'It is not read here; have the data delivered as CSV, JSON or XML.';

/** Each mark is long enough, or has a byte that text does not have, so that no text begins with it by chance. */
const MARKS: readonly Mark[] = [
  { name: 'gzip', mark: '\x1f\x8b\x08', advice: 'Put gunzip() of @millrace/gzip before decodeText.' },
  {
    name: 'zip',
    mark: 'PK\x03\x04',
    advice: `An .xlsx workbook is a zip archive, too: parseXlsx() of @millrace/xlsx reads it. ${UNZIP}`,
  },
  { name: 'zip', mark: 'PK\x05\x06', advice: `The archive is empty. ${UNZIP}` },
  { name: 'zip', mark: 'PK\x07\x08', advice: UNZIP },
  { name: 'zstd', mark: '\x28\xb5\x2f\xfd', advice: DECOMPRESS },
  { name: 'bzip2', mark: 'BZh', advice: DECOMPRESS },
  { name: 'xz', mark: '\xfd7zXZ\0', advice: DECOMPRESS },
  { name: 'LZ4', mark: '\x04\x22\x4d\x18', advice: DECOMPRESS },
  { name: 'Snappy', mark: '\xff\x06\0\0sNaPpY', advice: DECOMPRESS },
  { name: 'lzip', mark: 'LZIP\x01', advice: REPACK },
  { name: 'Unix compress (.Z)', mark: '\x1f\x9d\x90', advice: REPACK },
  { name: '7z', mark: '7z\xbc\xaf\x27\x1c', advice: REPACK },
  { name: 'rar', mark: 'Rar!\x1a\x07', advice: REPACK },
  { name: 'cab', mark: 'MSCF\0\0\0\0', advice: REPACK },
  { name: 'PDF', mark: '%PDF-', advice: EXPORT },
  {
    name: 'legacy Microsoft Office (OLE, such as .xls)',
    mark: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1',
    advice: EXPORT,
  },
  {
    name: 'Parquet',
    mark: 'PAR1\x15',
    advice: 'Put parseParquet() of @millrace/parquet in place of decodeText.',
  },
  { name: 'Avro', mark: 'Obj\x01', advice: EXPORT },
  { name: 'Arrow', mark: 'ARROW1\0\0', advice: EXPORT },
  { name: 'SQLite', mark: 'SQLite format 3\0', advice: EXPORT },
  { name: 'PNG', mark: '\x89PNG\r\n\x1a\n', advice: EXPORT },
];

/** Behind `BZh` and the block size: the beginning of a block, or of the end of a file without any. */
const BZIP2_BLOCKS: readonly string[] = ['1AY&SY', '\x17rE8P\x90'];

const ZIP_AFTER_OTHERS: ContentSignature = { name: 'zip after other bytes', advice: UNZIP };
const TAR: ContentSignature = { name: 'tar', advice: UNTAR };

/** Recognizes the format that bytes begin with; `undefined` if it is none that is known, as text is not. */
export function contentSignature(head: Uint8Array): ContentSignature | undefined {
  const found = MARKS.find(({ mark }) => beginsWith(head, mark));
  if (found?.name === 'bzip2' && !BZIP2_BLOCKS.includes(latin1(head.subarray(4, 10)))) return undefined;
  if (found !== undefined) return found;
  if (isTar(head)) return TAR;
  return holdsZipHeader(head) ? ZIP_AFTER_OTHERS : undefined;
}

/** Recognizes a tar header by its checksum, which archives from before POSIX have, too. Text does not end in a zero there. */
function isTar(head: Uint8Array): boolean {
  if (head.length < SIGNATURE_LENGTH || head[SIGNATURE_LENGTH - 1] !== 0) return false;
  const stored = /^ *([0-7]+)[ \0]/.exec(latin1(head.subarray(148, 156)))?.[1];
  if (stored === undefined) return false;
  let sum = 0;
  for (let index = 0; index < SIGNATURE_LENGTH; index += 1) sum += index >= 148 && index < 156 ? 0x20 : head[index]!;
  return sum === Number.parseInt(stored, 8);
}

/** Whether the header of a file in a zip begins among these bytes. Its third byte is one that text does not have. */
function holdsZipHeader(head: Uint8Array): boolean {
  for (let at = head.indexOf(3); at !== -1 && at < SIGNATURE_LENGTH - 1; at = head.indexOf(3, at + 1)) {
    if (head[at - 2] === 0x50 && head[at - 1] === 0x4b && head[at + 1] === 4) return true;
  }
  return false;
}

function beginsWith(head: Uint8Array, mark: string): boolean {
  for (let index = 0; index < mark.length; index += 1) if (head[index] !== mark.charCodeAt(index)) return false;
  return true;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
