import type { MillraceError } from '@millrace/core';
import type { ItemRanges } from '@millrace/core/plugin';
import { viewOf } from '../zip/zip-directory.ts';
import { invalid, unsupported } from '../xlsx-error.ts';

const SAVE_AS = 'Ask the sender for an .xlsx workbook.';
const OLE = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';

/** What else arrives under the name of a workbook, by its first bytes. */
const FORMATS: readonly (readonly [mark: string, name: string, advice: string])[] = [
  ['\x1f\x8b', 'gzip', 'A workbook is read by ranges, so have it delivered without compression around it.'],
  ['%PDF-', 'PDF', SAVE_AS],
  ['<', 'HTML or XML', 'Some programs save tables so and call them .xls. Read it with parseXml(), or ask for .xlsx.'],
  [
    '\xef\xbb\xbf<',
    'HTML or XML',
    'Some programs save tables so and call them .xls. Read it with parseXml(), or ask for .xlsx.',
  ],
  ['{\\rtf', 'RTF', SAVE_AS],
  ['PAR1', 'Parquet', 'Read it with parseParquet().'],
  ['7z\xbc\xaf', '7z', SAVE_AS],
  ['Rar!', 'rar', SAVE_AS],
  ['\x09\x08\x10\x00\x00\x06\x05\x00', 'an old Excel workbook (.xls)', SAVE_AS],
];

/** Makes the error for content that does not end like a zip archive: the format that it is, if its beginning says so. */
export async function foreignFormat(content: ItemRanges): Promise<MillraceError> {
  if (content.size === 0) return invalid('It is empty');
  const head = await content.read(0, Math.min(content.size, 512));
  const text = Buffer.from(head).toString('latin1');
  if (text.startsWith(OLE)) return oleFormat(content, head);
  const found = FORMATS.find(([mark]) => text.startsWith(mark));
  if (found !== undefined) return unsupported(`The file is ${found[1]}, not an .xlsx workbook.`, found[2]);
  return text.startsWith('PK')
    ? invalid('It does not end like a zip archive, so it is cut short or has bytes after its end')
    : invalid('It is not a zip archive, as an .xlsx workbook is');
}

/** An OLE container has an old workbook, or a new one that is encrypted: its first directory sector names what it holds. */
async function oleFormat(content: ItemRanges, head: Uint8Array): Promise<MillraceError> {
  const names = Buffer.from(await directorySector(content, head)).toString('utf16le');
  if (names.includes('EncryptedPackage'))
    return unsupported('The workbook is encrypted.', 'Ask the sender for one without a password.');
  return unsupported('The file is legacy Microsoft Office (OLE, such as .xls), not an .xlsx workbook.', SAVE_AS);
}

/** [MS-CFB] 2.2: the sector size at 30, as a power of two, and the number of the directory's first sector at 48. */
async function directorySector(content: ItemRanges, head: Uint8Array): Promise<Uint8Array> {
  if (head.length < 52) return new Uint8Array(0);
  const view = viewOf(head);
  const bytes = view.getUint16(30, true) === 12 ? 4096 : 512;
  const start = (view.getUint32(48, true) + 1) * bytes;
  return start + bytes <= content.size ? content.read(start, bytes) : new Uint8Array(0);
}
