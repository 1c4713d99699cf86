import { describe, expect, it } from 'vitest';
import { parseCsv, type ParseCsvOptions } from '../src/index.ts';
import { drive, driveEveryCut } from './drive.ts';

const AB: ParseCsvOptions = { columns: ['a', 'b'] };

/** The records in order, the code of a rejection in its place; or the code with which the item fails. */
const records = (text: string, options?: ParseCsvOptions): unknown => {
  const { outputs, error } = driveEveryCut(parseCsv(options), text);
  return error?.code ?? outputs.map(({ record, code }) => code ?? record);
};
/** The same, under columns `a` and `b`, by their values. */
const rows = (text: string, options?: ParseCsvOptions): unknown =>
  (records(text, { ...AB, ...options }) as readonly unknown[]).map((row) =>
    typeof row === 'string' ? row : Object.values(row as object),
  );

describe('quote and escape', () => {
  it('may be other characters', () => {
    expect(rows("'1,2','it''s'\n\"3\",4", { quote: "'" })).toEqual([
      ['1,2', "it's"],
      ['"3"', '4'],
    ]);
    expect(rows('"1\\"2","\\\\"\n"a\\b","\\,"\n"x""y",1\n1,2', { escape: '\\' })).toEqual([
      ['1"2', '\\'],
      ['a\\b', '\\,'],
      'CSV_QUOTE_INVALID',
      ['1', '2'],
    ]);
    expect(rows('a\\,b\n"1","2\\', { escape: '\\' })).toEqual([['a\\', 'b'], 'CSV_QUOTE_UNCLOSED']);
  });

  it('may be missing, as in TSV', () => {
    expect(rows('"1\t2"\n3"\t"4\n', { delimiter: '\t', quote: false })).toEqual([
      ['"1', '2"'],
      ['3"', '"4'],
    ]);
  });
});

describe('comments and lines at the head', () => {
  it('are passed over', () => {
    const text = '# one, two\n1,2\n#"open\n\n3,#4\n"#5",6\n ## \n#';
    expect(rows(text, { comment: '#' })).toEqual([['1', '2'], ['3', '#4'], ['#5', '6'], 'CSV_FIELD_COUNT']);
    expect(records('#x\na,b\n1,2\n', { comment: '#' })).toEqual([{ a: '1', b: '2' }]);
    expect(rows(`#${'x'.repeat(30)}\n1,2`, { comment: '#', maxRecordChars: 10 })).toEqual([['1', '2']]);
  });

  it('may be of any kind', () => {
    const text = '\uFEFFReport of "today\r\n\na,b\n1,2\n';
    expect(records(text, { skipLines: 2 })).toEqual([{ a: '1', b: '2' }]);
    expect(driveEveryCut(parseCsv({ skipLines: 2 }), text).outputs).toMatchObject([{ line: 4, raw: '1,2' }]);
    expect(records('a\n', { skipLines: 3 })).toEqual([]);
  });
});

describe('trim', () => {
  it('leaves out white space around fields and their quotes', () => {
    const text = ' 1 ,\t "2 " \n" 3"  ,4\r\n \t\n , \n"5" x,6\n "7"\r\n';
    expect(rows(text, { trim: true })).toEqual([
      ['1', '2 '],
      [' 3', '4'],
      ['', ''],
      'CSV_QUOTE_INVALID',
      'CSV_FIELD_COUNT',
    ]);
    expect(records(' a , "b" \n1,2', { trim: true })).toEqual([{ a: '1', b: '2' }]);
    expect(rows(' "1" ,2')).toEqual(['CSV_QUOTE_INVALID']);
  });
});

describe('column names', () => {
  it('may be numbered where they are missing or come twice', () => {
    const options: ParseCsvOptions = { duplicateColumns: 'number', emptyColumns: 'number' };
    expect(records('a,,a,a_2,\n1,2,3,4,5', options)).toEqual([
      { a: '1', column_2: '2', a_3: '3', a_2: '4', column_5: '5' },
    ]);
    expect(records('a,,a\n', { duplicateColumns: 'number' })).toBe('CSV_HEADER_INVALID');
    expect(records('a,,a\n', { emptyColumns: 'number' })).toBe('CSV_HEADER_INVALID');
  });
});

describe('rows of another length', () => {
  it('are filled or cut where that is asked for', () => {
    const text = '1\n1,2,3\n"1"\n"1",2,"3"\n1,2';
    expect(rows(text, { shortRows: 'fill' })).toEqual([
      ['1', ''],
      'CSV_FIELD_COUNT',
      ['1', ''],
      'CSV_FIELD_COUNT',
      ['1', '2'],
    ]);
    expect(rows(text, { longRows: 'cut' })).toEqual([
      'CSV_FIELD_COUNT',
      ['1', '2'],
      'CSV_FIELD_COUNT',
      ['1', '2'],
      ['1', '2'],
    ]);
  });
});

describe('types', () => {
  const types = { a: 'integer', b: 'boolean' } as const;

  it('convert columns, or reject the row', () => {
    expect(rows('1,true\n"2","FALSE"\n,\nx,1\n3,"perhaps"\n', { types })).toEqual([
      [1, true],
      [2, false],
      [null, null],
      'FIELD_INVALID',
      'FIELD_INVALID',
    ]);
    const { outputs } = driveEveryCut(parseCsv({ ...AB, types }), '1,1\nx,1\n');
    expect(outputs[1]).toMatchObject({
      line: 2,
      raw: 'x,1',
      message: expect.stringContaining('row on line 2 has a text of 1 characters in field "a"'),
    });
    expect(rows('1', { types, shortRows: 'fill' })).toEqual([[1, null]]);
  });

  it('must be of columns that are there', () => {
    expect(records('a,c\n1,1', { types })).toBe('CSV_HEADER_INVALID');
    expect(records('a,b\n1,1', { types })).toEqual([{ a: 1, b: true }]);
  });

  it('hold in a replay', () => {
    const { reparse } = parseCsv({ types });
    const details = { content: { columns: ['a', 'b'] }, field: 'a' };
    expect(reparse!({ raw: '7,1', code: 'FIELD_INVALID', details })).toEqual({ a: 7, b: true });
    expect(() => reparse!({ raw: 'x,1', code: 'FIELD_INVALID', details })).toThrow(
      expect.objectContaining({ code: 'FIELD_INVALID' }),
    );
  });
});

describe("delimiter: 'sniff'", () => {
  const sniff: ParseCsvOptions = { delimiter: 'sniff' };

  it.each([
    ['a;b\n1,5;2,5\n3;4\n', { a: '1,5', b: '2,5' }],
    ['a\tb\n"x\ty"\t2', { a: 'x\ty', b: '2' }],
    ['a|b\n1,2|3;4', { a: '1,2', b: '3;4' }],
    ['\uFEFFa,b\n"1;2",";"\n', { a: '1;2', b: ';' }],
    ['a\n1\n', { a: '1' }],
    ['a;b;c\n1,2,3;2;3\n', { a: '1,2,3', b: '2', c: '3' }],
    ['a;b\n1;2\n3\n', { a: '1', b: '2' }],
  ])('%j', (text, first) => {
    expect((records(text, sniff) as readonly unknown[])[0]).toEqual(first);
  });

  it('looks at ten lines, behind those to skip and without comments', () => {
    const options: ParseCsvOptions = { delimiter: 'sniff', skipLines: 1, comment: '#' };
    const body = Array.from({ length: 30 }, (_, n) => `${n};x,y`).join('\n');
    expect(records(`a,b,c\n#,,,\nid;xy\n${body}`, options)).toHaveLength(30);
  });

  it('fails where several would fit', () => {
    expect(records('a,b;c\n1,2;3', sniff)).toBe('CSV_DELIMITER_UNCLEAR');
    expect(records('', sniff)).toEqual([]);
  });

  it('tells a replay what it found', () => {
    const codec = parseCsv(sniff);
    const seen: { readonly details?: Record<string, unknown>; readonly raw?: string; readonly code?: string }[] = [];
    const stage = codec.start({ reject: (bad: object) => seen.push(bad) } as never);
    stage.push('a;b\n1;2\n3\n');
    stage.end!();
    expect(seen).toMatchObject([
      { code: 'CSV_FIELD_COUNT', details: { content: { columns: ['a', 'b'], delimiter: ';' } } },
    ]);
    expect(codec.reparse!({ raw: '3;4', code: 'CSV_FIELD_COUNT', details: seen[0]!.details })).toEqual({
      a: '3',
      b: '4',
    });
    expect(() => parseCsv({ ...sniff, columns: ['a'] }).reparse!({ raw: '3', code: 'X' })).toThrow(
      expect.objectContaining({ code: 'REPLAY_IMPOSSIBLE' }),
    );
  });
});

it('a rejection does not carry a header that is mostly longer than its row', () => {
  for (const [count, isKept] of [
    [1000, true],
    [5000, false],
  ] as const) {
    const codec = parseCsv();
    const seen: { readonly details?: Record<string, unknown> }[] = [];
    const stage = codec.start({ reject: (bad: object) => seen.push(bad) } as never);
    const columns = Array.from({ length: count }, (_, index) => `column${index}`);
    const text = `${columns.join()}\n1\n2\n`;
    stage.push(text);
    stage.end!();
    expect(seen.map(({ details }) => details)).toEqual(
      [1, 2].map(() => ({ content: isKept ? { columns } : { columnsLeftOut: count } })),
    );
    const replayed = (): unknown =>
      codec.reparse!({ raw: columns.join(), code: 'CSV_FIELD_COUNT', details: seen[0]!.details });
    if (isKept) expect(replayed()).toMatchObject({ column9: 'column9' });
    else expect(replayed).toThrow(expect.objectContaining({ code: 'REPLAY_IMPOSSIBLE' }));
  }
});

it('types judge a long text at once', () => {
  for (const type of ['number', 'decimal', 'integer', 'bigint', 'boolean'] as const) {
    for (const text of [`${'1'.repeat(500_000)}x`, `0.${'0'.repeat(500_000)}1x`, `.${'1'.repeat(500_000)}x`]) {
      const { outputs } = drive(parseCsv({ types: { a: type } }), [`a\n${text}\n`]);
      expect(outputs.map(({ code }) => code)).toEqual(['FIELD_INVALID']);
    }
  }
});
