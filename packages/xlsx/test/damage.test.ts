import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { isMillraceError } from '@millrace/core';
import { runRangeParser } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { inFull } from '../../../test/support/in-full.ts';
import { parseXlsx, type ParseXlsxOptions } from '../src/index.ts';
import { archive, type ArchiveFile, rows, text, workbook } from './support/workbook-file.ts';

const strings = ['<t>one</t>', '<t>two</t>'];
const sheet = rows([text('a'), text('b')], ['<v>1</v>', ['t="s"', '<v>0</v>']], ['<v>2</v>', ['t="s"', '<v>1</v>']]);
const good = workbook({ strings, sheets: [{ rows: sheet }] });

function read(file: Uint8Array, options: ParseXlsxOptions = {}): Promise<readonly unknown[]> {
  return runRangeParser(parseXlsx(options), file).then(({ values, rejections }) => [...values, ...rejections]);
}

const failure = (file: Uint8Array, options?: ParseXlsxOptions): Promise<unknown> =>
  read(file, options).then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );

/** A workbook in which one file is another. */
const changed = (name: string, change: (file: ArchiveFile) => Partial<ArchiveFile>): Uint8Array =>
  workbook({
    strings,
    sheets: [{ rows: sheet }],
    change: (files) => files.map((file) => (file.name === name ? { ...file, ...change(file) } : file)),
  });

const SHEET = 'xl/worksheets/sheet0.xml';

describe('a damaged workbook', () => {
  it('is never read to its end with other values, whichever byte is flipped', async () => {
    const expected = await read(good);
    for (let at = 0; at < good.length; at += 1) {
      for (const bit of inFull ? [0x01, 0x20, 0x80] : [1 << (at % 8)]) {
        const copy = Uint8Array.from(good);
        copy[at]! ^= bit;
        // Times, versions and the like may be anything.
        const outcome = await read(copy).catch((thrown: unknown) => thrown);
        if (isMillraceError(outcome)) expect(outcome.code).toMatch(/^XLSX_/);
        else expect(outcome).toEqual(expected);
      }
    }
  });

  it('is never read to its end where it is cut short', async () => {
    for (let length = 0; length < good.length; length += 1) {
      const outcome = await failure(good.subarray(0, length));
      expect(isMillraceError(outcome) && outcome.code).toMatch(/^XLSX_(INVALID|UNSUPPORTED)$/);
    }
  });

  it.each([
    ['says another CRC-32', { says: { crc: 1 } }, 'The CRC-32'],
    ['is longer than it says', { says: { size: 10 } }, 'longer than the 10 bytes'],
    ['is shorter than it says', { says: { size: 1_000_000 } }, 'and should have 1000000'],
    ['says that it ends earlier', { says: { packedSize: 20 } }, 'cannot be decompressed'],
    ['goes beyond the archive', { says: { packedSize: 1_000_000 } }, 'reaches into the zip directory'],
    ['is elsewhere', { says: { offset: 0 } }, 'differ'],
    ['is nowhere', { says: { offset: 4_000_000_000 } }, 'not where the zip directory says'],
    [
      'has bytes after its data',
      { packed: Buffer.concat([deflateRawSync(sheetXml()), Buffer.from('rest')]), data: sheetXml() },
      'Other bytes follow',
    ],
  ] as const)('has a sheet that %s', async (_, change, message) => {
    const file = changed(SHEET, () => change as Partial<ArchiveFile>);
    expect(await failure(file)).toMatchObject({
      code: 'XLSX_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    ['ends before it is complete', '<worksheet'],
    ['ends before it is complete', sheetXml().replace('</worksheet>', '')],
    ['ends another element', sheetXml().replace('</sheetData>', '</sheetDate>')],
    ['ends another element', sheetXml().replace('</sheetData>', '</sheetDataX>')],
    ['ends an element that did not begin', `${sheetXml()}</x>`],
    ['two root elements', sheetXml() + sheetXml()],
    ['text outside of the root', `${sheetXml()}x`],
    ['an attribute without a value', sheetXml().replace('<row>', '<row r>')],
    ['an attribute without quotes', sheetXml().replace('<row>', '<row r=1>')],
    ['an attribute twice', sheetXml().replace('<row>', '<row r="1" r="1">')],
    ['a DTD', `<!DOCTYPE worksheet [<!ENTITY a "b">]>${sheetXml()}`],
    ['begins no reference', sheetXml().replace('<v>1</v>', '<v>&a;</v>')],
    ['begins no reference', sheetXml().replace('<v>1</v>', '<v>1 & 2</v>')],
    ['begins no reference', sheetXml().replace('<v>1</v>', '<v>&#xD800;</v>')],
    ['begins no tag', sheetXml().replace('<v>1</v>', '<v>1 < 2</v>')],
    ['elements within each other', sheetXml().replace('<row>', `<row>${'<a>'.repeat(300)}`)],
    ['not a worksheet', sheetXml().replace('main"', 'other"')],
    ['not a worksheet', '<html/>'],
    ['is not valid UTF-8', Buffer.from(sheetXml().replace('<t>a</t>', '<t>\xff</t>'), 'latin1')],
    ['a tag of more than', sheetXml().replace('<row>', `<row a="${'x'.repeat(2_000_000)}">`)],
  ] as const)('has XML that %s', async (message, data) => {
    const file = changed(SHEET, () => ({ data: data as string | Uint8Array }));
    expect(await failure(file)).toMatchObject({
      code: 'XLSX_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    ['no sheets', 'xl/workbook.xml', (data: string) => data.replace(/<sheet .*\/>/, '')],
    ['has no name or no part', 'xl/workbook.xml', (data: string) => data.replace('r:id="r0"', 'r:id="r9"')],
    [
      'no file for one of its parts',
      'xl/_rels/workbook.xml.rels',
      (data: string) => data.replace('sheet0.xml', 'sheet9.xml'),
    ],
    [
      'a relationship of it is incomplete',
      'xl/_rels/workbook.xml.rels',
      (data: string) => data.replace('Target=', 'Other='),
    ],
  ] as const)('has %s', async (message, name, change) => {
    const file = changed(name, ({ data }) => ({ data: change(String(data)) }));
    expect(await failure(file)).toMatchObject({
      code: 'XLSX_INVALID',
      message: expect.stringMatching(new RegExp(message, 'i')) as string,
    });
  });

  it('has two files of one name, or a directory that is not where it says', async () => {
    const twice = workbook({
      sheets: [{ rows: sheet }],
      change: (files) => [...files, { ...files.at(-1)!, name: 'XL\\worksheets\\sheet0.xml' }],
    });
    expect(await failure(twice)).toMatchObject({ code: 'XLSX_INVALID' });
    const prefixed = Buffer.concat([Buffer.from('MZ'), good]);
    expect(await failure(prefixed)).toMatchObject({ code: 'XLSX_INVALID' });
    expect(await failure(Buffer.concat([good, Buffer.from('\n')]))).toMatchObject({ code: 'XLSX_INVALID' });
  });
});

describe('limits', () => {
  it.each([
    [{ maxSharedStringBytes: 1024 }, 'maxSharedStringBytes'],
    [{ maxOutputBytes: 2048 }, 'maxOutputBytes'],
    [{ maxDirectoryBytes: 1024 }, 'maxDirectoryBytes'],
  ] as const)('are errors: %j', async (options, option) => {
    const many = Array.from({ length: 100 }, () => '<t>text</t>');
    const padding = Array.from({ length: 30 }, (_, index) => ({ name: `padding/${index}`, data: '' }));
    const file = workbook({ strings: many, sheets: [{ rows: sheet }], change: (files) => [...files, ...padding] });
    expect(await failure(file, options)).toMatchObject({ code: 'XLSX_TOO_LARGE', details: { option } });
    expect(await read(file)).toHaveLength(2);
  });

  it('stop a workbook that expands without end', async () => {
    const bomb = workbook({ sheets: [{ rows: '<row><c/></row>'.repeat(2_000_000) }] });
    expect(await failure(bomb, { ratioFloorBytes: 1_000_000 })).toMatchObject({ code: 'XLSX_RATIO_EXCEEDED' });
    const texts = workbook({ strings: [`<t>${'x'.repeat(10_000_000)}</t>`], sheets: [{ rows: sheet }] });
    expect(await failure(texts, { maxSharedStringBytes: 1_000_000 })).toMatchObject({ code: 'XLSX_TOO_LARGE' });
    const empty = workbook({ strings: Array.from({ length: 100_000 }, () => ''), sheets: [{ rows: sheet }] });
    expect(await failure(empty, { maxSharedStringBytes: 1_000_000 })).toMatchObject({ code: 'XLSX_TOO_LARGE' });
  });
});

describe('a file that is not a workbook is refused by name', () => {
  const ole = (name: string): Uint8Array => {
    const file = Buffer.alloc(2048);
    Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(file);
    file.writeUInt16LE(9, 30);
    file.writeUInt32LE(1, 48);
    file.write(name, 1024, 'utf16le');
    return file;
  };

  it.each([
    ['legacy Microsoft Office', ole('Workbook')],
    ['legacy Microsoft Office', ole('').subarray(0, 40)],
    ['is encrypted', ole('EncryptedPackage')],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0])],
    ['HTML or XML', Buffer.from('\uFEFF<html><table>')],
    ['PDF', Buffer.from('%PDF-1.7')],
    [
      'OpenDocument',
      archive([
        { name: 'content.xml', data: '<a/>' },
        { name: 'META-INF/manifest.xml', data: '<a/>' },
      ]),
    ],
    [
      'binary workbook',
      changed('_rels/.rels', ({ data }) => ({ data: String(data).replace('workbook.xml', 'workbook.bin') })),
    ],
    ['another Office document', changed('xl/workbook.xml', () => ({ data: '<w:document xmlns:w="a"/>' }))],
    ['A part of the workbook is encrypted', changed(SHEET, () => ({ says: { flags: 1 } }))],
    ['zip method 12', changed(SHEET, () => ({ says: { method: 12 } }))],
    ['another encoding', changed(SHEET, () => ({ data: `<?xml version="1.0" encoding="ISO-8859-1"?>${sheetXml()}` }))],
  ] as const)('%s', async (message, file) => {
    expect(await failure(file)).toMatchObject({
      code: 'XLSX_UNSUPPORTED',
      message: expect.stringContaining(message) as string,
    });
  });

  it.each([
    ['It is empty', Buffer.alloc(0)],
    ['It is not a zip archive', Buffer.from('id,name\n1,a\n')],
    ['cut short', good.subarray(0, good.length - 1)],
  ] as const)('%s', async (message, file) => {
    expect(await failure(file)).toMatchObject({
      code: 'XLSX_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });
});

it('the recorded workbooks are damaged without harm, too', async () => {
  const file = new Uint8Array(readFileSync(new URL('./workbooks/005.xlsx', import.meta.url)));
  for (let at = 0; at < file.length; at += inFull ? 7 : 37) {
    const copy = Uint8Array.from(file);
    copy[at]! ^= 0x10;
    const outcome = await failure(copy, { columns: ['A'], unnamedColumns: 'cut' });
    if (outcome !== 'no error') expect(isMillraceError(outcome) && outcome.code).toMatch(/^XLSX_/);
  }
});

/** The XML of the sheet of `good`. */
function sheetXml(): string {
  return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${sheet}</sheetData></worksheet>`;
}
