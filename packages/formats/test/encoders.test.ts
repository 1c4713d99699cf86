import { decimal, type Encoder, type Parser, type RecordContext } from '@millrace/core';
import { encoderCases, optionCases } from '@millrace/testkit';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  encodeCsv,
  type EncodeCsvOptions,
  encodeJson,
  encodeLines,
  encodeNdjson,
  parseCsv,
  type ParseCsvOptions,
  parseJson,
  parseLines,
  parseNdjson,
} from '../src/index.ts';
import { drive } from './drive.ts';

type Row = Readonly<Record<string, unknown>>;

const CONTEXT = { ordinal: 3, branch: '' } as RecordContext;

function fileOf<T>({ encode, header = '', separator = '', footer = '' }: Encoder<T>, records: readonly T[]): string {
  return header + records.map((record) => encode(record, CONTEXT)).join(separator) + footer;
}

/** Records of a file; a rejection is its code. */
function readBy(parser: Parser<string, unknown>, file: string): readonly unknown[] {
  const { outputs, error } = drive(parser, [file]);
  if (error !== undefined) throw error as Error;
  return outputs.map(({ record, code }) => code ?? record);
}

function caught(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

/** Ways to write CSV, and how each is read. */
const DIALECTS: Readonly<Record<string, readonly [Partial<EncodeCsvOptions<Row>>, ParseCsvOptions]>> = {
  usual: [{}, {}],
  'without header': [{ header: false }, { columns: ['value', 'more'] }],
  semicolons: [{ delimiter: ';', lineEnd: '\r\n' }, { delimiter: ';' }],
  escapes: [
    { quote: "'", escape: '\\' },
    { quote: "'", escape: '\\' },
  ],
  'a pattern of its own': [
    { delimiter: '^', quote: ']', escape: '$' },
    { delimiter: '^', quote: ']', escape: '$' },
  ],
  TSV: [
    { delimiter: '\t', quote: false },
    { delimiter: '\t', quote: false },
  ],
};

describe.each(Object.entries(DIALECTS))('encodeCsv keeps the contract: %s', (_, [write, read]) => {
  const one = { ...read, ...(read.columns && { columns: ['value'] }) };
  const cases = encoderCases<Row>({
    create: () => encodeCsv<Row>({ columns: ['value'], ...write }),
    record: (value) => ({ value }),
    read: (file) => readBy(parseCsv(one), file).map((record) => (record as Row)['value']),
  });
  for (const { clause, name, run } of cases) it(`${clause} ${name}`, run);

  it('what parseCsv reads is what was written, or the record is refused', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('a', ' ', '"', "'", ',', ';', '\t', '\\', '\n', '\r', '^', ']', '$', '\uFEFF', 's'),
      }),
    );
    const encoder = encodeCsv<Row>({ columns: ['value', 'more'], ...write });
    fc.assert(
      fc.property(fc.array(fc.record({ value: text, more: text }), { minLength: 1 }), (records) => {
        const taken = records.filter((record) => !(caught(() => encoder.encode(record, CONTEXT)) instanceof Error));
        if (write.quote !== false) expect(taken).toEqual(records);
        expect(readBy(parseCsv(read), fileOf(encoder, taken))).toEqual(taken);
      }),
    );
  });
});

describe('encodeNdjson, encodeJson and encodeLines keep the contract', () => {
  const record = (value: unknown): Row => ({ value });
  const ofRow = (read: unknown): unknown => (read as Row)['value'];
  const ndjson = encoderCases<Row>({
    create: encodeNdjson,
    record,
    read: (file) => readBy(parseNdjson({ numbers: 'exact' }), file).map(ofRow),
  });
  const json = encoderCases<Row>({
    create: encodeJson,
    record,
    read: (file) => readBy(parseJson({ numbers: 'exact' }), file).map(ofRow),
  });
  const lines = encoderCases<string>({
    create: encodeLines,
    record: (value) => value as string,
    read: (file) => readBy(parseLines({ blankLines: 'keep' }), file),
  });
  for (const [name, cases] of Object.entries({ ndjson, json, lines })) {
    for (const one of cases) it(`${name}: ${one.clause} ${one.name}`, one.run);
  }

  it('any JSON value comes back, one by one and as an array', () => {
    const value = fc.jsonValue({ stringUnit: 'binary' });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const clean = JSON.parse(JSON.stringify(values)) as readonly unknown[];
        expect(readBy(parseNdjson(), fileOf(encodeNdjson(), clean))).toEqual(clean);
        expect(readBy(parseJson(), fileOf(encodeJson(), clean))).toEqual(clean);
        expect(JSON.parse(fileOf(encodeJson(), clean))).toEqual(clean);
      }),
    );
  });
});

describe('encodeCsv', () => {
  it('brings typed values back', () => {
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
    const row = fc.record({
      number,
      big: fc.bigInt(),
      flag: fc.boolean(),
      at: fc.date({ noInvalidDate: true }),
      text: fc.string(),
    });
    const encoder = encodeCsv<Row>({ columns: ['number', 'big', 'flag', 'at', 'text'] });
    const parser = parseCsv({
      types: { number: Number, big: 'bigint', flag: 'boolean', at: (text) => new Date(text) },
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (rows) => {
        expect(readBy(parser, fileOf(encoder, rows))).toEqual(rows);
      }),
    );
    const exact = { price: decimal('12345678901234567.10'), none: null };
    const file = fileOf(encodeCsv<Row>({ columns: ['price', 'none'] }), [exact]);
    expect(file).toBe('price,none\n12345678901234567.10,\n');
    expect(readBy(parseCsv({ types: { price: 'decimal', none: 'number' } }), file)).toEqual([exact]);
  });

  it('tells an empty text from nothing, and keeps a row of one column from being blank', () => {
    const encoder = encodeCsv<Row>({ columns: ['a', 'b'] });
    expect(fileOf(encoder, [{ a: '', b: null }, { b: '' }, {}])).toBe('a,b\n"",\n,""\n,\n');
    expect(fileOf(encodeCsv<Row>({ columns: ['a'], header: false }), [{ a: null }, {}])).toBe('""\n""\n');
    const bare = encodeCsv<Row>({ columns: ['a'], quote: false });
    expect(caught(() => bare.encode({ a: '' }, CONTEXT))).toMatchObject({ code: 'CSV_RECORD_UNSUPPORTED' });
  });

  it('quotes no more than readers need, and gives functions their context', () => {
    const encoder = encodeCsv<{ a: unknown }>({
      columns: ['a', { name: 'at', value: (_record, { ordinal }) => ordinal }],
    });
    expectTypeOf(encoder).toEqualTypeOf<Encoder<{ a: unknown }>>();
    expect(encoder).toMatchObject({ kind: 'encoder', extension: '.csv', contentType: 'text/csv', header: 'a,at\n' });
    const values = ['x y', 'x,y', ' x', 'sep=x', 5n, -0, [1, 'a'], { b: 1 }, true, new URL('https://a.example/b')];
    expect(values.map((a) => encoder.encode({ a }, CONTEXT))).toEqual([
      'x y,3\n',
      '"x,y",3\n',
      '" x",3\n',
      '"sep=x",3\n',
      '5,3\n',
      '-0,3\n',
      '"[1,""a""]",3\n',
      '"{""b"":1}",3\n',
      'true,3\n',
      'https://a.example/b,3\n',
    ]);
  });

  it('takes no inherited member for a field', () => {
    const encoder = encodeCsv<Row>({ columns: ['constructor', '__proto__', 'b'], header: false });
    const own = JSON.parse('{"constructor":"c","__proto__":"p","b":1}') as Row;
    expect(fileOf(encoder, [{ b: 1 }, own])).toBe(',,1\nc,p,1\n');
  });

  it('refuses what is not a record of its columns, without a name from it', () => {
    const encoder = encodeCsv<Row>({ columns: ['a'] });
    for (const record of [
      'canary',
      null,
      [1],
      new Map([['a', 1]]),
      new Set(),
      new Date(0),
      Buffer.from('a'),
      decimal('1'),
    ]) {
      const error = caught(() => encoder.encode(record as unknown as Row, CONTEXT));
      expect(error).toMatchObject({ code: 'CSV_RECORD_UNSUPPORTED' });
    }
    const error = caught(() => encoder.encode({ a: 1, canary: 2, other: 3, none: undefined }, CONTEXT));
    expect(error).toMatchObject({ code: 'CSV_RECORD_UNSUPPORTED', details: { otherFields: 2 } });
    expect(JSON.stringify(error)).not.toContain('canary');
    expect(encodeCsv<Row>({ columns: ['a'], otherFields: 'omit' }).encode({ a: 1, b: 2 }, CONTEXT)).toBe('1\n');
    const made = encodeCsv<Row>({ columns: [{ name: 'sum', value: ({ a, b }) => Number(a) + Number(b) }] });
    expect(made.encode({ a: 1, b: 2 }, CONTEXT)).toBe('3\n');
    const lines = encodeCsv<string>({ columns: [{ name: 'text', value: (text) => text }] });
    expect(lines.encode('x', CONTEXT)).toBe('x\n');
  });

  it('names column, kind and depth of a value that it refuses', () => {
    const encoder = encodeCsv<Row>({ columns: ['a', 'b'] });
    const refusal = (b: unknown): unknown => caught(() => encoder.encode({ a: 1, b }, CONTEXT));
    expect(refusal(Number.NaN)).toMatchObject({ code: 'CSV_VALUE_UNSUPPORTED', details: { column: 'b', kind: 'NaN' } });
    expect(refusal([[new Map()]])).toMatchObject({ details: { column: 'b', kind: 'a Map', depth: 2 } });
    expect(refusal('\ud800')).toMatchObject({ code: 'CSV_VALUE_UNSUPPORTED', details: { column: 'b' } });
  });
});

describe('options', () => {
  const csv = optionCases({
    make: (options) => encodeCsv(options as EncodeCsvOptions<Row>),
    valid: { columns: ['a', { name: 'b', value: () => 1 }] },
    invalid: [
      ...['a', [], [''], ['a', 'a'], [1], [{ name: 'a' }], ['a', { name: 'a', value: () => 1 }], ['a\r']].map(
        (columns) => ({
          columns,
        }),
      ),
      ...['', '"', '\n', ',,', 1, '\ud800'].map((delimiter) => ({ delimiter })),
      { quote: ',' },
      { quote: true },
      { quote: false, escape: '/' },
      { quote: false, columns: ['a,b'] },
      { columns: ['\ud800'] },
      { header: 1 },
      { lineEnd: '\r' },
      { otherFields: 'keep' },
    ],
  });
  for (const { name, run } of csv) it(`encodeCsv: ${name}`, run);
  const lines = optionCases({ make: encodeLines, invalid: [{ lineEnd: '' }] });
  for (const { name, run } of lines) it(`encodeLines: ${name}`, run);

  it('encodeLines ends lines as it is asked to, and names what it refuses', () => {
    expect(fileOf(encodeLines({ lineEnd: '\r\n' }), ['a', '', 'b'])).toBe('a\r\n\r\nb\r\n');
    for (const bad of ['a\nb', 'a\rb', '\uFEFFa', '\ud800', 5, null]) {
      const error = caught(() => encodeLines().encode(bad as string, CONTEXT));
      expect(error).toMatchObject({ code: 'LINE_VALUE_UNSUPPORTED' });
    }
  });
});
