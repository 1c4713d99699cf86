import { decimal } from '@millrace/core';
import { runRangeParser } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { parseXlsx, type ParseXlsxOptions } from '../src/index.ts';
import { rows, text, workbook, type WorkbookText } from './support/workbook-file.ts';

type Cell = string | readonly [string, string];

const LETTERS = 'ABCDEFGHIJ'.split('');

/** The values of one row of cells, or the code and message of its rejection. */
async function valuesOf(
  cells: readonly Cell[],
  given: Partial<WorkbookText> = {},
  options: ParseXlsxOptions = {},
): Promise<unknown> {
  const columns = LETTERS.slice(0, cells.length);
  const file = workbook({ sheets: [{ rows: rows(cells) }], ...given });
  const { values, rejections } = await runRangeParser(parseXlsx({ columns, ...options } as ParseXlsxOptions), file);
  if (rejections.length > 0) return rejections.map(({ code, message }) => [code, message])[0];
  return Object.values(values[0] as object);
}

const styled = (style: number, value: string): Cell => [`s="${style}"`, `<v>${value}</v>`];

describe('cells', () => {
  it('are numbers, booleans and strings of all kinds', async () => {
    const strings = ['<t>plain</t>', '<r><t>rich </t></r><r><rPr><b/></rPr><t xml:space="preserve"> text</t></r>'];
    const cells: Cell[] = [
      '<v>12</v>',
      '<v> -1.5E3 </v>',
      ['t="n"', '<v>0.1</v>'],
      ['t="b"', '<v>1</v>'],
      ['t="b"', '<v>0</v>'],
      ['t="s"', '<v>0</v>'],
      ['t="s"', '<v>1</v>'],
      ['t="str"', '<f>A1&amp;"x"</f><v> 1&lt;2 </v>'],
      text('own<![CDATA[ <text> ]]>'),
    ];
    expect(await valuesOf(cells, { strings })).toEqual([
      12,
      -1500,
      0.1,
      true,
      false,
      'plain',
      'rich  text',
      ' 1<2 ',
      'own <text> ',
    ]);
  });

  it('leave phonetic hints and extensions out', async () => {
    const strings = ['<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>'];
    const own: Cell = [
      't="inlineStr"',
      '<is><r><t>a</t></r><rPh><t>b</t></rPh></is><extLst><ext><v>9</v></ext></extLst>',
    ];
    expect(await valuesOf([['t="s"', '<v>0</v>'], own, '<v>1</v>'], { strings })).toEqual(['東京', 'a', 1]);
  });

  it('resolve escapes and references', async () => {
    const strings = ['<t>a_x000D_b_x005F_x0041_ _xD83D_ &#x41;&#66;&apos;\r\n\rc</t>'];
    const expected = "a\rb_x0041_ _xD83D_ AB'\n\nc";
    expect(
      await valuesOf(
        [
          ['t="s"', '<v>0</v>'],
          ['t="str"', '<v>_x0009_</v>'],
        ],
        { strings },
      ),
    ).toEqual([expected, '\t']);
  });

  it('are null where they are empty, but for an empty text', async () => {
    const strings = ['<t></t>', ''];
    const cells: Cell[] = [
      '',
      '<v/>',
      ['t="str"', '<f>""</f><v></v>'],
      ['t="s"', '<v>0</v>'],
      ['t="s"', '<v>1</v>'],
      text(''),
    ];
    expect(await valuesOf([...cells, '<v>1</v>'], { strings })).toEqual([null, null, null, '', '', '', 1]);
  });

  it('have the value that was stored with a formula, and those without one are counted', async () => {
    const file = workbook({
      sheets: [{ rows: rows(['<f>1+1</f><v>2</v>', '<f>B1</f>', ['t="str"', '<f>""</f><v/>']]) }],
    });
    const { values, counters } = await runRangeParser(parseXlsx({ columns: ['a', 'b', 'c'] }), file);
    expect(values).toEqual([{ a: 2, b: null, c: null }]);
    expect(counters).toEqual({ sheets: 1, sheetsLeftOut: 0, formulasWithoutValue: 1 });
  });

  it.each([
    ['<v>1x</v>', 'A1 is not a number'],
    ['<v>0x10</v>', 'A1 is not a number'],
    ['<v>1e999</v>', 'A1 is not a number'],
    ['<v>NaN</v>', 'A1 is not a number'],
    [['t="b"', '<v>2</v>'], 'A1 is neither true nor false'],
    [['t="s"', '<v>1</v>'], 'A1 refers to a shared string that is not there'],
    [['t="s"', '<v>x</v>'], 'A1 refers to a shared string that is not there'],
    [['t="d"', '<v>2026-02-30</v>'], 'A1 is not a date'],
    [['t="z"', '<v>1</v>'], 'A1 has an unknown type'],
  ] as const)('reject their record where they hold what their type does not: %j', async (cell, what) => {
    const [code, message] = (await valuesOf([cell as Cell], { strings: ['<t>a</t>'] })) as [string, string];
    expect(code).toBe('XLSX_CELL_INVALID');
    expect(message).toContain(what);
  });

  it('are errors by policy', async () => {
    const cells: Cell[] = [['t="e"', '<f>1/0</f><v>#DIV/0!</v>'], '<v>1</v>'];
    expect(await valuesOf(cells)).toEqual([
      'XLSX_CELL_ERROR',
      expect.stringContaining('Cell A1 has the error #DIV/0!'),
    ]);
    expect(await valuesOf(cells, {}, { errorCells: 'null' })).toEqual([null, 1]);
    expect(await valuesOf(cells, {}, { errorCells: 'text' })).toEqual(['#DIV/0!', 1]);
    const foreign = (await valuesOf([['t="e"', '<v>secret</v>']])) as [string, string];
    expect(foreign[1]).not.toContain('secret');
  });

  it('are exact numbers if asked for', async () => {
    const stored = [
      '1.1000000000000001',
      '0.30000000000000004',
      '12345678901234567890',
      '0.12345678901234567890',
      '1e2',
      '+7',
      '-0.50',
    ];
    const cells = stored.map((value) => `<v>${value}</v>`);
    expect(await valuesOf(cells, {}, { numbers: 'exact' })).toEqual([
      1.1,
      0.1 + 0.2,
      12345678901234567890n,
      decimal('0.12345678901234567890'),
      100,
      7,
      -0.5,
    ]);
    expect(await valuesOf(cells)).toEqual([
      1.1,
      0.1 + 0.2,
      Number('12345678901234567890'),
      0.12345678901234568,
      100,
      7,
      -0.5,
    ]);
  });
});

describe('dates', () => {
  const formats = [
    14,
    22,
    20,
    46,
    'yyyy-mm-dd',
    '[$-409]d/m/yy h:mm AM/PM;@',
    'hh:mm:ss.000',
    '[h]:mm',
    '0.00',
    '[Red]0 "days"',
    'mmm',
  ];
  const at = (format: string | number): number => formats.indexOf(format) + 1;

  it('follow from the format of a number', async () => {
    const cells = [
      styled(at(14), '46349'),
      styled(at(14), '46349.5'),
      styled(at(22), '46349'),
      styled(at('[$-409]d/m/yy h:mm AM/PM;@'), '46349.999999999'),
      styled(at(20), '0.25'),
      styled(at('hh:mm:ss.000'), '1.25'),
      styled(at('[h]:mm'), '1.5'),
      styled(at(46), '-0.5'),
      styled(at('0.00'), '46349'),
      styled(at('[Red]0 "days"'), '46349'),
    ];
    expect(await valuesOf(cells, { formats })).toEqual([
      '2026-11-23',
      '2026-11-23T12:00:00.000',
      '2026-11-23T00:00:00.000',
      '2026-11-24T00:00:00.000',
      '06:00:00.000',
      '1900-01-01T06:00:00.000',
      '36:00:00.000',
      '-12:00:00.000',
      46349,
      46349,
    ]);
  });

  it('count from 1900 with a day too many, or from 1904', async () => {
    const dates = ['1', '59', '61', '0', '-1', '2958465'].map((serial) => styled(at(14), serial));
    const from1900 = ['1900-01-01', '1900-02-28', '1900-03-01', '00:00:00.000', '1899-12-29', '9999-12-31'];
    expect(await valuesOf(dates, { formats })).toEqual(from1900);
    const from1904 = ['1904-01-02', '1904-02-29', '1904-03-02', '1904-01-01', '1903-12-31'];
    expect(await valuesOf(dates.slice(0, 5), { formats, is1904: true })).toEqual(from1904);
  });

  it.each(['60', '60.5', '2958466', '2958465.9999999999', '-693595'])(
    'reject their record where no calendar has them: %s',
    async (serial) => {
      const rejection = await valuesOf([styled(at(14), serial)], { formats });
      expect(rejection).toEqual(['XLSX_DATE_INVALID', expect.stringContaining('Cell A1')]);
    },
  );

  it('may be stored as texts', async () => {
    const stored = [
      '2026-11-23',
      '2026-11-23T13:45',
      '2026-11-23T13:45:06.7Z',
      '13:45:06',
      'PT36H30M0.5S',
      '2024-02-29T00:00:00+02:00',
    ];
    expect(await valuesOf(stored.map((one): Cell => ['t="d"', `<v>${one}</v>`]))).toEqual([
      '2026-11-23',
      '2026-11-23T13:45:00.000',
      '2026-11-23T13:45:06.700Z',
      '13:45:06.000',
      '36:30:00.500',
      '2024-02-29T00:00:00.000+02:00',
    ]);
  });

  it('are in a style that redefines a built-in number, and in styles of East Asian editions', async () => {
    const xml = (files: readonly { readonly name: string; readonly data: string | Uint8Array }[]) =>
      files.map((file) =>
        file.name === 'xl/styles.xml'
          ? {
              ...file,
              data: String(file.data).replace('<numFmts>', '<numFmts><numFmt numFmtId="14" formatCode="0.0"/>'),
            }
          : file,
      );
    expect(await valuesOf([styled(1, '46349'), styled(2, '46349')], { formats: [14, 31], change: xml })).toEqual([
      46349,
      '2026-11-23',
    ]);
  });
});

describe('columns with types', () => {
  const formats = [14];

  it('become what their types say, however they are stored', async () => {
    const types = {
      A: 'string',
      B: 'number',
      C: 'integer',
      D: 'decimal',
      E: 'bigint',
      F: 'boolean',
      G: 'date',
      H: 'datetime',
      I: 'time',
      J: 'duration',
    } as const;
    const typed = (cells: readonly Cell[]) => {
      const own = Object.entries(types).slice(0, cells.length);
      return valuesOf(cells, { formats }, { types: Object.fromEntries(own) } as ParseXlsxOptions);
    };
    expect(
      await typed(
        ['1.1000000000000001', '1.5', '12', '0.5', '12', '1', '46349', '46349.5', '0.5', '1.5'].map(
          (one) => `<v>${one}</v>`,
        ),
      ),
    ).toEqual([
      '1.1',
      1.5,
      12,
      0.5,
      12n,
      true,
      '2026-11-23',
      '2026-11-23T12:00:00.000',
      '12:00:00.000',
      '36:00:00.000',
    ]);
    const stored = [
      '007',
      ' 1.5 ',
      '12',
      '0.12345678901234567890',
      '12345678901234567890',
      'TRUE',
      '2026-11-23',
      '2026-11-23',
      '12:30',
      'PT1H',
    ];
    expect(await typed(stored.map(text))).toEqual([
      '007',
      1.5,
      12,
      decimal('0.12345678901234567890'),
      12345678901234567890n,
      true,
      '2026-11-23',
      '2026-11-23T00:00:00.000',
      '12:30:00.000',
      '01:00:00.000',
    ]);
    expect(await typed(['', ...Array.from({ length: 9 }, () => text(' '))].toSpliced(0, 1, text(' ')))).toEqual([
      ' ',
      ...Array.from({ length: 9 }, () => null),
    ]);
    expect(await typed([styled(1, '46349'), styled(1, '46349')])).toEqual(['2026-11-23', 46349]);
  });

  it.each([
    ['number', text('1,5')],
    ['number', ['t="b"', '<v>1</v>']],
    ['number', text('12345678901234567890')],
    ['integer', '<v>1.5</v>'],
    ['bigint', '<v>1.5</v>'],
    ['boolean', '<v>2</v>'],
    ['date', '<v>46349.5</v>'],
    ['date', text('23.11.2026')],
    ['datetime', '<v>0.5</v>'],
    ['time', '<v>46349</v>'],
    ['duration', text('1h')],
  ] as const)('reject a record whose cell is not a %s: %j', async (type, cell) => {
    const rejection = await valuesOf([cell as Cell], {}, { types: { A: type } } as ParseXlsxOptions);
    expect(rejection).toEqual([
      'FIELD_INVALID',
      expect.stringContaining(`Cell A1 of column "A" is not an exact ${type}`),
    ]);
  });

  it('become what a function makes of them, and are rejected if it throws', async () => {
    const double = (value: unknown): unknown => {
      if (typeof value === 'string') throw new Error(`not for ${value}`);
      return [value];
    };
    const types = { A: double, B: double };
    expect(await valuesOf([styled(0, '2'), ''], {}, { types } as ParseXlsxOptions)).toEqual([[2], [null]]);
    const file = workbook({ sheets: [{ rows: rows([text('secret')]) }] });
    const { rejections } = await runRangeParser(parseXlsx({ columns: ['A'], types: { A: double } }), file);
    expect(rejections[0]).toMatchObject({
      code: 'FIELD_INVALID',
      line: 1,
      raw: '{"A":"secret"}',
      details: { cell: 'A1', field: 'A', content: { reason: 'not for secret' } },
    });
    expect(rejections[0]!.message).not.toContain('secret');
  });
});
