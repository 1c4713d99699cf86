import { parse as csvParse } from 'csv-parse/sync';
import fc from 'fast-check';
import papaparse from 'papaparse';
import { describe, expect, it } from 'vitest';
import { parseCsv, type ParseCsvOptions } from '../src/index.ts';
import { drive } from './drive.ts';
import recorded from './python-csv.json' with { type: 'json' };

const COLUMNS = ['a', 'b', 'c', 'd'];
type Rows = readonly (readonly string[])[];

/** Rows of any length, with as many fields as there are columns; `undefined` if anything is refused. */
function ours(text: string, options: ParseCsvOptions): Rows | undefined {
  const codec = parseCsv<Record<string, string>>({ ...options, columns: COLUMNS, shortRows: 'fill', longRows: 'cut' });
  const { outputs, error } = drive(codec, [text]);
  if (error !== undefined || outputs.some(({ code }) => code !== undefined)) return undefined;
  return outputs.map(({ record }) => Object.values(record as Record<string, string>));
}

const fitted = (rows: Rows): Rows => rows.map((row) => COLUMNS.map((_, index) => row[index] ?? ''));

function byCsvParse(text: string, relaxQuotes: boolean): Rows | undefined {
  try {
    return csvParse(text, {
      relax_quotes: relaxQuotes,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ['\n', '\r\n'],
    });
  } catch {
    return undefined;
  }
}

const byPapaparse = (text: string): Rows =>
  papaparse.parse<string[]>(text, { delimiter: ',', newline: '\n', skipEmptyLines: true }).data;

/** A line that holds nothing but a pair of quotes is skipped as empty by both, and is a row of parseCsv. */
const hasNoEmptyLine = (text: string): boolean => !/^(?:"")+\r?$/m.test(text);

/** Fields as programs write them, and stray quotes as people do. */
const sound = fc.oneof(
  fc.constantFrom('', 'x', 'é😀', ' y ', '19 mm'),
  fc.constantFrom('"a, b"', '"say ""hi"""', '""', '"two\nlines"', '"\r\n"'),
);
const inches = fc.constantFrom('19" monitor', 'a"', 'b""c', `37°36'37.8"N`, ' "x"', 'd"e"f');
const mixed = fc.constantFrom('"a"b', '"a"b"c"', '"a" ', '"a""b"c"', '""x', '"a"b""');

const fileOf = (field: fc.Arbitrary<string>, end = fc.constantFrom('\n', '\r\n')): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 6 }), end, fc.boolean())
    .map(([rows, feed, ended]) => rows.map((row) => row.join(',')).join(feed) + (ended ? feed : ''));

describe('lenient quotes', () => {
  it('are read as csv-parse with relax_quotes and papaparse do where no text follows a closing quote', () => {
    fc.assert(
      fc.property(fileOf(fc.oneof(sound, inches), fc.constant('\n')).filter(hasNoEmptyLine), (text) => {
        const rows = ours(text, { quotes: 'lenient' });
        expect(rows).toEqual(fitted(byCsvParse(text, true)!));
        expect(rows).toEqual(fitted(byPapaparse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it("are read as Python's csv and pandas do, also where text follows a closing quote", () => {
    expect(recorded.length).toBeGreaterThan(150);
    for (const { text, rows } of recorded) {
      expect(ours(text, { quotes: 'lenient' }), JSON.stringify(text)).toEqual(fitted(rows));
    }
  });

  it('change nothing in a file without stray quotes, and refuse no row of one with them', () => {
    fc.assert(
      fc.property(fileOf(sound), fileOf(fc.oneof(sound, inches, mixed)), (text, stray) => {
        expect(ours(text, { quotes: 'lenient' })).toEqual(ours(text, {}));
        expect(ours(stray, { quotes: 'lenient' })).toBeDefined();
      }),
    );
  });

  it('give the same rows however the file is cut, with and without trim', () => {
    fc.assert(
      fc.property(fileOf(fc.oneof(sound, inches, mixed)), fc.boolean(), (text, trim) => {
        const codec = parseCsv<unknown>({
          columns: COLUMNS,
          shortRows: 'fill',
          longRows: 'cut',
          quotes: 'lenient',
          trim,
        });
        const whole = drive(codec, [text]).outputs;
        expect(
          drive(
            codec,
            Array.from({ length: text.length }, (_, at) => text[at]!),
          ).outputs,
        ).toEqual(whole);
      }),
    );
  });

  it('keep a carriage return and an open quote refused, and white space where trim is set', () => {
    const rows = (text: string, options: ParseCsvOptions = {}): unknown =>
      drive(parseCsv<unknown>({ columns: ['a', 'b'], quotes: 'lenient', ...options }), [text]).outputs.map(
        ({ record, code }) => code ?? Object.values(record as object),
      );
    expect(rows('"x"\ry,1\n"x"y\rz,1\n"x\ry"z,1\r\n')).toEqual([
      'CSV_LINE_END_INVALID',
      'CSV_LINE_END_INVALID',
      ['x\ryz', '1'],
    ]);
    expect(rows('1,"open\n2,3\n')).toEqual(['CSV_QUOTE_UNCLOSED']);
    expect(rows(' "a"  b , "c " \n', { trim: true })).toEqual([['a  b', 'c ']]);
    expect(rows("1,'it's'\n", { quote: "'" })).toEqual([['1', "its'"]]);
  });
});

describe('strict quotes', () => {
  /**
   * Two differences are left out: a carriage return that ends no line (csv-parse takes it for text, and parseCsv refuses it), and the
   * empty line above.
   */
  const text = fc
    .array(fc.constantFrom('a', 'b', ',', ',', '"', '"', '""', '\n', '\r\n', ' '), { maxLength: 24 })
    .map((parts) => parts.join(''))
    .filter(hasNoEmptyLine);

  it('take what csv-parse takes, with the same fields, and refuse what it refuses', () => {
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(text, (one) => {
        const theirs = byCsvParse(one, false);
        expect(ours(one, {})).toEqual(theirs && fitted(theirs));
        if (theirs === undefined) refused += 1;
        else taken += 1;
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(taken, refused)).toBeGreaterThan(200);
  });
});
