import type { RangeParser } from '@millrace/core';
import { runRangeParser } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { parseXlsx, type ParseXlsxOptions } from '../src/index.ts';
import { rows, type SheetText, text, workbook } from './support/workbook-file.ts';

type Run = Awaited<ReturnType<typeof runRangeParser<Readonly<Record<string, unknown>>>>>;

/** What comes of these sheets; a text is the rows of one. */
function run(sheets: string | readonly SheetText[], options: ParseXlsxOptions = {}): Promise<Run> {
  const all = typeof sheets === 'string' ? [{ rows: sheets }] : sheets;
  return runRangeParser(parseXlsx<Readonly<Record<string, unknown>>>(options), workbook({ sheets: all }));
}

const failure = (...given: Parameters<typeof run>): Promise<unknown> =>
  run(...given).catch((thrown: unknown) => thrown);
const header = [text('id'), text('name')];
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';

describe('rows', () => {
  it('are records by the header row, with their numbers as lines; those without values are passed over', async () => {
    const xml =
      '<row r="2"><c r="B2" t="str"><v>id</v></c><c r="D2" t="str"><v>name</v></c></row>' +
      '<row r="3" hidden="1"><c r="B3"><v>1</v></c></row><row r="4"><c r="B4" s="0"/></row><row r="7"/>' +
      '<row r="9"><c r="D9" t="str"><v>x</v></c><c r="B9"><v>2</v></c></row><row r="1048576"/>';
    const { values, place } = await run(xml);
    expect(values).toEqual([
      { id: 1, name: null },
      { id: 2, name: 'x' },
    ]);
    expect([place(0), place(1)]).toEqual([{ line: 3 }, { line: 9 }]);
  });

  it('may have no references', async () => {
    const { values, place } = await run(rows(header, ['<v>1</v>', text('a')], ['', ''], ['<v>2</v>']));
    expect(values).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: null },
    ]);
    expect(place(1)).toEqual({ line: 4 });
  });

  it('are read under any prefix, and in strict files', async () => {
    const strict = 'xmlns:q="http://purl.oclc.org/ooxml/spreadsheetml/main"';
    const xml = `<q:worksheet ${strict}><q:sheetData><q:row><q:c t="inlineStr"><q:is><q:t>a</q:t></q:is></q:c></q:row><q:row><q:c><q:v>1</q:v></q:c><c><v>2</v></c></q:row></q:sheetData></q:worksheet>`;
    expect((await run([{ xml }])).values).toEqual([{ a: 1 }]);
  });

  it('pass over what is around the cells', async () => {
    const xml =
      `<?xml version="1.0"?><!-- note --><worksheet ${MAIN}><sheetPr><row><c><v>9</v></c></row></sheetPr><cols><col/></cols>` +
      `<sheetData>\n <row>\n  <c t='str' ><v>a</v ></c>\n <extLst><c><v>1</v></c></extLst></row><!-- <row/> --><row><c><f>"&lt;row>"</f><v>1</v></c></row>\n</sheetData>` +
      `<mergeCells><mergeCell ref="A1:B2"/></mergeCells><extLst><ext><row><c><v>8</v></c></row></ext></extLst></worksheet>\n`;
    expect((await run([{ xml }])).values).toEqual([{ a: 1 }]);
  });

  it.each([
    ['comes a row whose number', '<row r="2"/><row r="2"/>'],
    ['comes a row whose number', '<row r="x"/>'],
    ['comes a row whose number', '<row r="0"/>'],
    ['the reference of another row', '<row r="2"><c r="A3"/></row>'],
    ['the reference of another row', '<row r="2"><c r="XFE2"/></row>'],
    ['has an invalid reference', '<row r="2"><c r="A2x"/></row>'],
    ['the reference of another row', '<row r="2"><c r="2"/></row>'],
    ['has elements in it', '<row><c><v>1<b/>2</v></c></row>'],
    ['more than 16384 columns', `<row>${'<c/>'.repeat(16_385)}</row>`],
  ])('fail the object where nobody knows their place: %s', async (what, xml) => {
    expect(await failure(xml)).toMatchObject({
      code: 'XLSX_INVALID',
      message: expect.stringContaining(what) as string,
    });
  });

  it('are rejected where a cell comes twice, or they are too long', async () => {
    const long = rows([text('x'.repeat(30)), text('y'.repeat(30))], ['<v>1</v>'], [text('x'.repeat(50)), text('')]);
    const options = { columns: ['a', 'b'], maxRecordChars: 50 };
    const { values, rejections } = await run(long, options);
    expect(values).toEqual([
      { a: 1, b: null },
      { a: 'x'.repeat(50), b: '' },
    ]);
    expect(rejections).toMatchObject([{ code: 'RECORD_TOO_LONG', line: 1, ordinal: 0 }]);
    expect(rejections[0]!.raw).toContain('{"A":"xxx');
    const twice = '<row><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="A1"><v>3</v></c></row>';
    expect((await run(twice, options)).rejections).toMatchObject([
      { code: 'XLSX_CELL_INVALID', message: expect.stringContaining('Cell A1 comes twice') as string },
    ]);
  });

  it('count shared strings where they are used', async () => {
    const file = workbook({
      strings: [`<t>${'x'.repeat(30)}</t>`],
      sheets: [
        {
          rows: rows(
            [
              ['t="s"', '<v>0</v>'],
              ['t="s"', '<v>0</v>'],
            ],
            [['t="s"', '<v>0</v>']],
          ),
        },
      ],
    });
    const { rejections, values } = await runRangeParser(parseXlsx({ columns: ['a', 'b'], maxRecordChars: 50 }), file);
    expect(rejections.map(({ code, ordinal }) => [code, ordinal])).toEqual([['RECORD_TOO_LONG', 0]]);
    expect(values).toHaveLength(1);
  });
});

describe('columns', () => {
  it('are named by the header row after those to skip, whatever its cells are', async () => {
    const cells = rows(
      [text('Report'), '', text('2026')],
      ['<v>1.5</v>', ['t="b"', '<v>1</v>'], text('__proto__')],
      ['<v>1</v>', '<v>2</v>', '<v>3</v>'],
    );
    const { values } = await run(cells, { skipRows: 1 });
    expect(Object.entries(values[0]!)).toEqual([
      ['1.5', 1],
      ['true', 2],
      ['__proto__', 3],
    ]);
    expect(Object.getPrototypeOf(values[0])).toBe(Object.prototype);
  });

  it('may be given, for sheets without a header row', async () => {
    const cells = rows([text('skipped')], ['<v>1</v>', '', '<v>3</v>']);
    expect((await run(cells, { columns: ['a', 'b', 'c', 'd'], skipRows: 1 })).values).toEqual([
      { a: 1, b: null, c: 3, d: null },
    ]);
  });

  it('of one name fail the object, or are numbered', async () => {
    const cells = rows(
      [text('a'), text('a'), text('a_2'), text('a')],
      ['<v>1</v>', '<v>2</v>', '<v>3</v>', '<v>4</v>'],
    );
    expect(await failure(cells)).toMatchObject({
      code: 'XLSX_HEADER_INVALID',
      message: expect.stringContaining('columns A and B have the same name') as string,
      details: { line: 1 },
    });
    expect((await run(cells, { duplicateColumns: 'number' })).values).toEqual([{ a: 1, a_3: 2, a_2: 3, a_4: 4 }]);
  });

  it('without a name reject records that have a value there, are numbered, or cut', async () => {
    const cells = rows(
      [text('a'), '', text('column_2'), text('')],
      ['<v>1</v>'],
      ['<v>1</v>', '<v>2</v>'],
      ['<v>1</v>', '', '', '', '<v>5</v>'],
    );
    const { values, rejections } = await run(cells);
    expect(values).toEqual([{ a: 1, column_2: null }]);
    expect(rejections).toMatchObject([
      { code: 'XLSX_COLUMN_UNNAMED', details: { cell: 'B3' }, line: 3, raw: '{"A":1,"B":2}' },
      { code: 'XLSX_COLUMN_UNNAMED', details: { cell: 'E4' }, line: 4 },
    ]);
    expect((await run(cells, { unnamedColumns: 'cut' })).values).toEqual([
      { a: 1, column_2: null },
      { a: 1, column_2: null },
      { a: 1, column_2: null },
    ]);
    expect((await run(cells, { unnamedColumns: 'number' })).values).toEqual([
      { a: 1, column_3: null, column_2: null, column_4: null },
      { a: 1, column_3: 2, column_2: null, column_4: null },
      { a: 1, column_3: null, column_2: null, column_4: null, column_5: 5 },
    ]);
  });

  it.each([
    ['no cell of it holds a text', rows([text('')], ['<v>1</v>']), {}],
    ['"types" has a column "price"', rows(header), { types: { price: 'number' } }],
    ['Cell A1 has the error', rows([['t="e"', '<v>#N/A</v>']]), {}],
    ['more than 3 characters', rows([text('abcd')]), { maxRecordChars: 3 }],
  ] as const)('fail the object where their header row is not right: %s', async (what, xml, options) => {
    expect(await failure(xml, options as ParseXlsxOptions)).toMatchObject({
      code: 'XLSX_HEADER_INVALID',
      message: expect.stringContaining(what) as string,
    });
  });
});

describe('sheets', () => {
  const sheet = (value: number): string => rows([text('a')], [`<v>${value}</v>`]);
  const sheets: readonly SheetText[] = [
    { name: 'First', rows: sheet(1) },
    { name: 'Empty' },
    { name: 'Chart', kind: 'chartsheet', xml: '<chartsheet/>' },
    { name: 'all', rows: sheet(2) },
  ];

  it('are parts of the object, in the order of the workbook', async () => {
    const { values, parts, counters } = await run(sheets);
    expect(values).toEqual([{ a: 1 }, { a: 2 }]);
    expect(parts).toEqual([
      { name: 'First', at: 0 },
      { name: 'Empty', at: 1 },
      { name: 'all', at: 1 },
    ]);
    expect(counters).toEqual({ sheets: 3, sheetsLeftOut: 1 });
  });

  it('can be chosen by name and by number', async () => {
    expect((await run(sheets, { sheets: 'first' })).values).toEqual([{ a: 1 }]);
    expect((await run(sheets, { sheets: ['all'] })).values).toEqual([{ a: 2 }]);
    const both = await run(sheets, { sheets: [4, 'First', 1] });
    expect(both.parts.map(({ name }) => name)).toEqual(['First', 'all']);
    expect(both.counters).toEqual({ sheets: 2, sheetsLeftOut: 2 });
  });

  it.each([['Second'], ['first'], [5], ['Chart'], [3]])('must be there to be chosen: %s', async (wanted) => {
    expect(await failure(sheets, { sheets: ['First', wanted] })).toMatchObject({
      code: 'XLSX_SHEET_MISSING',
      details: { wanted: 2, sheets: 4, content: { sheets: ['First', 'Empty', 'Chart', 'all'] } },
    });
  });
});

describe('types of records', () => {
  it('follow from the options', () => {
    const named = parseXlsx({ columns: ['id', 'when'], types: { id: 'integer' } });
    const typed: (record: Parsed<typeof named>) => readonly [number | null, string | number | boolean | null] = ({
      id,
      when,
    }) => [id, when];
    const byHeader = parseXlsx({ types: { id: 'bigint' } });
    const known: (record: Parsed<typeof byHeader>) => bigint | null = ({ id }) => id;
    // @ts-expect-error -- a column that is not declared may be missing
    const unknown: (record: Parsed<typeof byHeader>) => string | number | boolean | null = ({ other }) => other;
    // @ts-expect-error -- there is no such column
    const stranger: (record: Parsed<typeof named>) => unknown = ({ price }) => price;
    // @ts-expect-error -- an exact number may be a bigint
    const inexact: (record: Parsed<typeof exact>) => string | number | boolean | null = ({ id }) => id;
    const exact = parseXlsx({ columns: ['id'], numbers: 'exact' });
    const own = parseXlsx<{ readonly sku: string }>({ sheets: 'first' });
    const sku: (record: Parsed<typeof own>) => string = (record) => record.sku;
    expect([typed, known, unknown, stranger, inexact, sku]).toHaveLength(6);
  });
});

type Parsed<P> = P extends RangeParser<infer T> ? T : never;
