import type { Parser } from '@millrace/core';
import type { ParserContext, RejectedRecord } from '@millrace/core/plugin';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { parseCsv, type ParseCsvOptions } from '../src/index.ts';
import { cutAt, drive, driveEveryCut, pieces, summary } from './drive.ts';

const AB: ParseCsvOptions = { columns: ['a', 'b'] };

const records = (text: string, options?: ParseCsvOptions): readonly unknown[] =>
  driveEveryCut(parseCsv(options), text).outputs.map(({ record, code }) => code ?? record);

/** The fields of each row under columns `a` and `b`, or the code of its rejection. */
const rows = (text: string, options?: ParseCsvOptions): readonly unknown[] =>
  records(text, { ...AB, ...options }).map((row) => (typeof row === 'string' ? row : Object.values(row as object)));

describe('parseCsv', () => {
  it('is a frozen codec of records, of strings unless its user says more', () => {
    expectTypeOf(parseCsv()).toEqualTypeOf<Parser<string, Record<string, string | undefined>>>();
    expectTypeOf(parseCsv<{ a: string }>()).toEqualTypeOf<Parser<string, { a: string }>>();
    expectTypeOf(parseCsv({ columns: ['a', 'b'] })).toEqualTypeOf<Parser<string, { a: string; b: string }>>();
    const typed = parseCsv({ columns: ['a', 'b', 'c'], types: { b: 'integer', c: (text: string) => new Date(text) } });
    expectTypeOf(typed).toEqualTypeOf<Parser<string, { a: string; b: number | null; c: Date }>>();
    type Open = (typeof open extends Parser<string, infer T> ? T : never)['due' | 'other'];
    const open = parseCsv({ types: { due: (text: string) => new Date(text) } });
    expectTypeOf<Open>().toExtend<string | Date | undefined>();
    expect(parseCsv()).toMatchObject({ kind: 'parser', name: 'parseCsv' });
    expect(Object.isFrozen(parseCsv())).toBe(true);
  });

  it('refuses options that it does not know', () => {
    const loose = parseCsv as (options: object) => unknown;
    const invalid = [
      { maxRecordChars: 0.5 },
      ...['', '""', '"', '\n', '\r', ',,', 9].map((delimiter) => ({ delimiter })),
      ...['a', [], [''], ['a', 'a'], [1]].map((columns) => ({ columns })),
      { quote: ',' },
      { quote: true },
      { escape: ',' },
      { quote: false, escape: '/' },
      { comment: '"' },
      { comment: '//' },
      { trim: 1 },
      { skipLines: -1 },
      { shortRows: 'no' },
      { longRows: 'fill' },
      { types: { a: 'date' } },
      { columns: ['a'], types: { b: 'number' } },
    ];
    for (const options of invalid) {
      expect(() => loose(options), JSON.stringify(options)).toThrowError(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    expect(() => loose({ quoting: "'" })).toThrowError(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  });

  it('takes an empty item, a header alone, and one character', () => {
    for (const chunks of [[], [''], ['', '']])
      expect(drive(parseCsv(), chunks)).toEqual({ outputs: [], error: undefined });
    for (const text of ['a,b', 'a,b\n', '\n\r\n', 'a', '\uFEFF', '\r']) expect(records(text), text).toEqual([]);
    expect(records('x', { columns: ['a'] })).toEqual([{ a: 'x' }]);
  });

  it('names fields by the header row, or by the option', () => {
    expect(records('id,name\n1,x\n2,y\n')).toEqual([
      { id: '1', name: 'x' },
      { id: '2', name: 'y' },
    ]);
    expect(records('id,name\n1,x\n', AB)).toEqual([
      { a: 'id', b: 'name' },
      { a: '1', b: 'x' },
    ]);
    expect(records('"i ""d""","n\r\name"\n1,x')).toEqual([{ 'i "d"': '1', 'n\r\name': 'x' }].slice(1));
  });

  it('takes LF, CRLF and a last row without either', () => {
    for (const feed of ['\n', '\r\n']) {
      expect(rows(`1,2${feed}3,"4"${feed}`)).toEqual([
        ['1', '2'],
        ['3', '4'],
      ]);
      expect(rows(`1,2${feed}"3","4"`)).toEqual([
        ['1', '2'],
        ['3', '4'],
      ]);
    }
    expect(rows('1,2\r')).toEqual([['1', '2']]);
    expect(rows('1,"2"\r')).toEqual([['1', '2']]);
  });

  it('takes empty fields, spaces, and quotes around nothing', () => {
    expect(rows(',\n"",""\n , x \n1,\n,2')).toEqual([
      ['', ''],
      ['', ''],
      [' ', ' x '],
      ['1', ''],
      ['', '2'],
    ]);
    expect(rows('1,')).toEqual([['1', '']]);
  });

  it('takes quoted delimiters, quotes and line breaks', () => {
    expect(rows('"1,2","say ""hi"""\n"a\nb","c\r\nd"\n"""","\n"\n')).toEqual([
      ['1,2', 'say "hi"'],
      ['a\nb', 'c\r\nd'],
      ['"', '\n'],
    ]);
  });

  it('takes other delimiters', () => {
    expect(rows('1;2,5\n"3;";4\n', { delimiter: ';' })).toEqual([
      ['1', '2,5'],
      ['3;', '4'],
    ]);
    expect(rows('1\t2\n', { delimiter: '\t' })).toEqual([['1', '2']]);
    expect(rows('1é2\n', { delimiter: 'é' })).toEqual([['1', '2']]);
  });

  it('passes over blank lines, but not over a line of two quotes', () => {
    const options = { columns: ['a'] };
    expect(records('\n\r\n1\n\n""\n\r\n2\n\n', options)).toEqual([{ a: '1' }, { a: '' }, { a: '2' }]);
    expect(records('\r\n\na\n1', {})).toEqual([{ a: '1' }]);
    expect(records(' \n', options)).toEqual([{ a: ' ' }]);
  });

  it('tells the line and the raw text of every record', () => {
    const text = 'a,b\r\n1,2\r\n\r\n"x\ny","\r\n"\r\n3,4\n"5",6';
    expect(driveEveryCut(parseCsv(), text).outputs).toEqual([
      { record: { a: '1', b: '2' }, raw: '1,2', line: 2 },
      { record: { a: 'x\ny', b: '\r\n' }, raw: '"x\ny","\r\n"', line: 4 },
      { record: { a: '3', b: '4' }, raw: '3,4', line: 7 },
      { record: { a: '5', b: '6' }, raw: '"5",6', line: 8 },
    ]);
  });

  it('strips byte order marks before rows, and only there', () => {
    expect(records('\uFEFFa,b\n1,\uFEFF2')).toEqual([{ a: '1', b: '\uFEFF2' }]);
    expect(rows('\uFEFF"1",2\n\uFEFF\uFEFF3,4\n5,\uFEFF6')).toEqual([
      ['1', '2'],
      ['3', '4'],
      ['5', '\uFEFF6'],
    ]);
  });

  it('takes CRs before a line feed for the line end, and rejects them elsewhere outside quotes', () => {
    expect(rows('1,2\r\r\n"3",4\r\n\r\r\n5,"6"\r\r\r\n"7\r8",9\r')).toEqual([
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
      ['7\r8', '9'],
    ]);
    const bad = ['1\r,2', '1,2\r3', '\r1,2', '1,2\r3,4', '"1"\r,2', '"1",2\r3', '1,"2"\r\r3'];
    for (const options of [AB, { ...AB, longRows: 'cut' as const }]) {
      for (const row of bad) {
        const { outputs } = driveEveryCut(parseCsv(options), `${row}\n3,4\n`);
        expect(outputs, row).toEqual([
          { code: 'CSV_LINE_END_INVALID', message: expect.stringContaining('carriage return'), raw: row, line: 1 },
          { record: { a: '3', b: '4' }, raw: '3,4', line: 2 },
        ]);
      }
    }
  });

  it('rejects a file whose lines end with CR alone, and fails its header', () => {
    const { outputs } = driveEveryCut(parseCsv({ columns: ['bin'] }), 'H1\rY1\rZ1\r');
    expect(outputs).toEqual([
      { code: 'CSV_LINE_END_INVALID', message: expect.stringContaining('line 1'), raw: 'H1\rY1\rZ1', line: 1 },
    ]);
    const { error } = driveEveryCut(parseCsv({ maxRecordChars: 4 }), 'a,b\r1,2\r3,4');
    expect(error).toMatchObject({ code: 'CSV_HEADER_INVALID', message: expect.stringContaining('carriage returns') });
  });

  it('passes over the line by which a spreadsheet names the delimiter', () => {
    for (const head of ['sep=;\r\n', '\uFEFFSEP=;\n', 'sep=;\r\r\n']) {
      for (const delimiter of ['sniff', ';']) {
        const { outputs } = driveEveryCut(parseCsv({ delimiter }), `${head}a;b\r\n1;2\r\n`);
        expect(outputs).toEqual([{ record: { a: '1', b: '2' }, raw: '1;2', line: 3 }]);
      }
    }
    expect(driveEveryCut(parseCsv(AB), 'sep=,').outputs).toEqual([]);
    expect(rows('"sep=,",2\nsep=,\n')).toEqual([
      ['sep=,', '2'],
      ['sep=', ''],
    ]);
    expect(driveEveryCut(parseCsv({ skipLines: 1 }), 'sep=;\na,b\n1,2').outputs).toHaveLength(1);
    const { error } = driveEveryCut(parseCsv(), 'sep=;\na;b\n');
    expect(error).toMatchObject({ code: 'CSV_DELIMITER_CONFLICT', details: { line: 1, delimiter: ';' } });
  });

  it('fails a header of one column that holds another delimiter', () => {
    for (const [delimiter, other] of [
      [',', ';'],
      [';', ','],
      [',', '\t'],
      [',', '|'],
    ] as const) {
      const { error, outputs } = driveEveryCut(parseCsv({ delimiter }), `bin${other}parts\nH1${other}12\n`);
      expect(outputs).toEqual([]);
      expect(error).toMatchObject({
        code: 'CSV_HEADER_INVALID',
        message: expect.stringContaining(JSON.stringify(other)),
      });
      expect(error?.message).not.toContain('parts');
    }
    expect(driveEveryCut(parseCsv(), '"bin;parts"\nH1\n').outputs).toHaveLength(1);
  });

  it('keeps the reason that a converter gives with the content of the rejection', () => {
    const parts = (): never => {
      throw new Error('parts come by the dozen');
    };
    const rejections: RejectedRecord[] = [];
    const context = { reject: (one: RejectedRecord) => rejections.push(one) } as unknown as ParserContext;
    parseCsv({ types: { parts } }).start(context).push('bin,parts\nH1,12\n');
    expect(rejections).toMatchObject([
      {
        code: 'FIELD_INVALID',
        details: { field: 'parts', content: { columns: ['bin', 'parts'], reason: 'parts come by the dozen' } },
      },
    ]);
    expect(rejections[0]?.message).not.toContain('dozen');
  });

  it('names the column that has an unknown type', () => {
    expect(() => parseCsv({ types: { parts: 'float' as 'number' } })).toThrow(/"parts" is "float"/);
  });

  it('puts surrogate pairs together again that chunks have cut', () => {
    expect(rows('😀,"😀"\n"😀😀",é\n')).toEqual([
      ['😀', '😀'],
      ['😀😀', 'é'],
    ]);
  });

  it('shares no state between items, nor the array of columns', () => {
    const columns = ['a'];
    const codec = parseCsv({ columns });
    columns[0] = 'changed';
    codec.start({ reject: (bad: unknown) => bad } as never).push('"open');
    expect(drive(codec, ['1\n']).outputs).toEqual([{ record: { a: '1' }, raw: '1', line: 1 }]);
    const headed = parseCsv();
    expect(drive(headed, ['a\n1']).outputs).toMatchObject([{ record: { a: '1' } }]);
    expect(drive(headed, ['b\n1']).outputs).toMatchObject([{ record: { b: '1' } }]);
  });

  it('keeps a column named __proto__ inert', () => {
    for (const text of ['__proto__,constructor\nx,y\n', '"__proto__","constructor"\n"x","y"']) {
      const [record] = records(text) as [Record<string, unknown>];
      expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
      expect(Object.entries(record)).toEqual([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]);
    }
  });
});

describe('rows that break the rules', () => {
  it('are rejected where the number of fields is wrong', () => {
    const { outputs } = driveEveryCut(parseCsv(), 'a,b\n1\n1,2,3\r\n"1\n",2,3\n1,2\n,,');
    expect(outputs).toEqual([
      { code: 'CSV_FIELD_COUNT', message: expect.stringContaining('line 2 has 1 fields'), raw: '1', line: 2 },
      { code: 'CSV_FIELD_COUNT', message: expect.stringContaining('line 3 has 3 fields'), raw: '1,2,3', line: 3 },
      { code: 'CSV_FIELD_COUNT', message: expect.stringContaining('2 columns'), raw: '"1\n",2,3', line: 4 },
      { record: { a: '1', b: '2' }, raw: '1,2', line: 6 },
      { code: 'CSV_FIELD_COUNT', message: expect.any(String), raw: ',,', line: 7 },
    ]);
  });

  it('are rejected where a quote stands in the wrong place, up to the next line feed', () => {
    const bad = ['1"x",2', '"1"x,2', '"1" ,2', ' "1",2', '1,2"', '"1""2"3,4', '"a\nb"c,"d'];
    for (const row of bad) {
      const { outputs } = driveEveryCut(parseCsv(AB), `1,2\n${row}\n3,4\r\n${row}`);
      const lines = row.split('\n').length;
      expect(outputs, row).toEqual([
        { record: { a: '1', b: '2' }, raw: '1,2', line: 1 },
        { code: 'CSV_QUOTE_INVALID', message: expect.stringContaining('line 2'), raw: row, line: 2 },
        { record: { a: '3', b: '4' }, raw: '3,4', line: 2 + lines },
        { code: 'CSV_QUOTE_INVALID', message: expect.any(String), raw: row, line: 3 + lines },
      ]);
    }
  });

  it('are rejected with all their text where a quote is still open at the end', () => {
    const { outputs } = driveEveryCut(parseCsv(AB), '1,2\n"3",\n3,"open\n4,5\n6,7\n');
    expect(outputs).toEqual([
      { record: { a: '1', b: '2' }, raw: '1,2', line: 1 },
      { record: { a: '3', b: '' }, raw: '"3",', line: 2 },
      {
        code: 'CSV_QUOTE_UNCLOSED',
        message: expect.stringContaining('the quote that opens on line 3 is not closed'),
        raw: '3,"open\n4,5\n6,7\n',
        line: 3,
      },
    ]);
    expect(driveEveryCut(parseCsv(AB), '"a\n\nb","c\nd').outputs).toMatchObject([
      { code: 'CSV_QUOTE_UNCLOSED', line: 1, message: expect.stringContaining('opens on line 3') },
    ]);
    expect(rows('1,"')).toEqual(['CSV_QUOTE_UNCLOSED']);
  });
});

describe('header rows that name no columns', () => {
  it.each([
    ['a,a\n', 'columns 1 and 2 have the same name'],
    ['a,\n', 'column 2 has no name'],
    ['"",b\n', 'column 1 has no name'],
    ['a,b"\n', 'a quote is inside'],
    ['a,"b', 'opens on line 1 is not closed'],
    ['a,b\r1,2\r3,4\r', 'carriage return'],
  ])('%j fails the item', (text, why) => {
    const { error, outputs } = driveEveryCut(parseCsv(), text);
    expect(error).toMatchObject({ code: 'CSV_HEADER_INVALID', details: { line: 1 } });
    expect(error?.message).toContain(why);
    expect(outputs).toEqual([]);
  });

  it('tells their line behind blank ones', () => {
    expect(driveEveryCut(parseCsv(), '\n\r\na,a\n1,2').error).toMatchObject({ details: { line: 3 } });
  });

  it('fails the item where it is too long', () => {
    for (const text of ['a,b,c,d,e,f\n', '"a",b,c,d,e\n1', 'a,b,c,d,e,f']) {
      const { error } = driveEveryCut(parseCsv({ maxRecordChars: 10 }), text);
      expect(error).toMatchObject({ code: 'CSV_HEADER_INVALID', details: { line: 1 } });
    }
  });
});

describe('rows that are too long', () => {
  it('are stepped over, and their beginning is kept', () => {
    const text = '12345,7890\n12345,78901\n"23","7",9012\n"2345","9"\n1,2\n12345678901"\n12345,78901';
    const { outputs } = driveEveryCut(parseCsv({ ...AB, maxRecordChars: 10 }), text);
    expect(outputs.map(({ code, raw, line }) => [line, code, raw])).toEqual([
      [1, undefined, '12345,7890'],
      [2, 'RECORD_TOO_LONG', '12345,7890'],
      [3, 'RECORD_TOO_LONG', '"23","7",9'],
      [4, undefined, '"2345","9"'],
      [5, undefined, '1,2'],
      [6, 'RECORD_TOO_LONG', '1234567890'],
      [7, 'RECORD_TOO_LONG', '12345,7890'],
    ]);
    expect(outputs[1]?.message).toContain('has 11 characters');
  });

  it('fail the item inside quotes, as their end is unknown', () => {
    const codec = parseCsv({ ...AB, maxRecordChars: 10 });
    for (const text of ['1,2\n\n1,"345678901\n",3\n', '1,2\n\n1,"345\n78901']) {
      expect(driveEveryCut(codec, text).error).toMatchObject({
        code: 'CSV_QUOTE_UNCLOSED',
        details: { line: 3, maxRecordChars: 10 },
      });
    }
    expect(driveEveryCut(codec, '"\n\n","x6"\n').error).toBeUndefined();
    expect(driveEveryCut(codec, '"\n\n","x678901"\n').error).toMatchObject({ details: { line: 3 } });
  });

  it('are a mebibyte of characters by default', () => {
    const field = 'x'.repeat(1_048_572);
    for (const size of [999, 10_000_000]) {
      const { outputs } = drive(parseCsv(AB), pieces(`1,"${field}"\n1,2${field}\n1,3${field}xx\n`, size));
      expect(outputs.map(({ code }) => code)).toEqual([undefined, undefined, 'RECORD_TOO_LONG']);
      expect(outputs[2]?.raw).toHaveLength(4096);
    }
  });

  it('are not held, and cost time in proportion to their length', () => {
    const stage = parseCsv(AB).start({ reject: (bad: unknown) => bad } as never);
    const chunk = 'x,'.repeat(32 * 1024);
    // More in one line than a string can hold.
    for (let count = 0; count < 9 * 1024; count++) expect(stage.push(chunk)).toEqual([]);
    const { records: ended } = stage.push('\n1,2\n') as unknown as { readonly records: readonly unknown[] };
    expect(ended).toMatchObject([
      { code: 'RECORD_TOO_LONG', line: 1 },
      { a: '1', b: '2' },
    ]);
  });
});

describe('any text, cut anywhere', () => {
  const unit = fc.constantFrom(
    ...Array.from('ab1,,,"""\n\n\r '),
    '\r\n',
    '\uFEFF',
    'é',
    '\uD83D',
    '\uDE00',
    '""',
    '","',
    '"\n"',
    'a,b\n',
  );
  const text = fc.array(unit, { maxLength: 60 }).map((units) => units.join(''));
  const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 10 });

  it('gives the same records, ordinals, lines, raw text and errors', () => {
    const dialects: readonly ParseCsvOptions[] = [
      { ...AB, quote: false },
      { ...AB, quote: 'a', escape: '1', maxRecordChars: 9 },
      { ...AB, trim: true, comment: 'b', shortRows: 'fill', longRows: 'cut', types: { b: 'number' } },
      { duplicateColumns: 'number', emptyColumns: 'number', skipLines: 1, trim: true },
      { delimiter: 'sniff', emptyColumns: 'number', duplicateColumns: 'number', comment: '1' },
    ];
    for (const options of [
      {},
      AB,
      { ...AB, maxRecordChars: 5 },
      { maxRecordChars: 7 },
      { ...AB, delimiter: '1' },
      ...dialects,
    ]) {
      const codec = parseCsv(options);
      fc.assert(
        fc.property(text, cuts, (whole, places) => {
          expect(summary(drive(codec, cutAt(whole, places)))).toEqual(summary(drive(codec, [whole])));
        }),
        { numRuns: 400 },
      );
    }
  });

  it('loses no character: raw texts and what is between them are the whole', () => {
    const codec = parseCsv(AB);
    fc.assert(
      fc.property(text, cuts, (whole, places) => {
        const { outputs } = drive(codec, cutAt(whole, places));
        const source = whole;
        let at = 0;
        const lines = source.split('\n');
        for (const { raw, line } of outputs) {
          const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
          // Between two records there are line ends, blank lines and byte order marks only.
          expect(source.slice(at, start)).toMatch(/^[\r\n\uFEFF]*$/);
          const marks = /^\uFEFF*/.exec(source.slice(start))![0].length;
          expect(source.startsWith(raw, start + marks)).toBe(true);
          at = start + marks + raw.length;
        }
        expect(source.slice(at)).toMatch(/^[\r\n\uFEFF]*$/);
      }),
      { numRuns: 400 },
    );
  });

  it('gives back the rows that were written', () => {
    const cell = fc
      .array(fc.constantFrom(...Array.from('ab ,"\n\ré;'), '😀'), { maxLength: 6 })
      .map((units) => units.join(''));
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
      );
    const write = (value: string, always: boolean): string =>
      always || value === '' || /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
    fc.assert(
      fc.property(table, cuts, fc.boolean(), fc.constantFrom('\n', '\r\n'), (values, places, always, feed) => {
        const columns = values[0]!.map((_, index) => `column ${index}`);
        const raws = values.map((row) => row.map((value) => write(value, always)).join(','));
        const { outputs } = drive(parseCsv({ columns }), cutAt(raws.join(feed) + feed, places));
        let line = 1;
        const expected = values.map((row, index) => {
          const output = {
            record: Object.fromEntries(row.map((value, column) => [columns[column]!, value])),
            raw: raws[index]!,
            line,
          };
          line += raws[index]!.split('\n').length;
          return output;
        });
        expect(outputs).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });
});

describe('a header of many columns', () => {
  const header = (fields: readonly string[]): { readonly columns: readonly string[]; readonly error: unknown } => {
    const { outputs, error } = drive(
      parseCsv({ duplicateColumns: 'number', emptyColumns: 'number', maxRecordChars: 1e8 }),
      [`${fields.join(',')}\n${'1,'.repeat(fields.length - 1)}1\n`],
    );
    return { columns: Object.keys((outputs[0]?.record ?? {}) as object), error };
  };

  it('numbers equal names, empty names, and names that are numbered already', () => {
    expect(header(['a', 'a', 'a_2', 'a', '', 'column_5', 'column_6', '', '']).columns).toEqual([
      'a',
      'a_3',
      'a_2',
      'a_4',
      'column_7',
      'column_5',
      'column_6',
      'column_8',
      'column_9',
    ]);
  });

  // Where each name was looked for from the first number on, each of these took minutes.
  it('takes as long as its text', () => {
    const count = 50_000;
    const equal = Array.from({ length: count }, () => 'a');
    const taken = [...Array.from({ length: count }, (_, at) => `a_${at}`), ...equal];
    const empty = [
      ...Array.from({ length: count }, () => ''),
      ...Array.from({ length: count }, (_, at) => `column_${at}`),
    ];
    for (const fields of [equal, taken, empty]) {
      const { columns, error } = header(fields);
      expect(error).toBeUndefined();
      expect(new Set(columns).size).toBe(fields.length);
    }
  });
});
