import type { Parser } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { parseNdjson, type ParseNdjsonOptions } from '../src/index.ts';
import { cutAt, drive, driveEveryCut, pieces, summary } from './drive.ts';

const records = (text: string, options?: ParseNdjsonOptions): readonly unknown[] =>
  driveEveryCut(parseNdjson(options), text).outputs.map(({ record, code }) => code ?? record);

describe('parseNdjson', () => {
  it('is a frozen codec of records, typed by its user', () => {
    const codec = parseNdjson<{ readonly id: number }>();
    expectTypeOf(codec).toEqualTypeOf<Parser<string, { readonly id: number }>>();
    expectTypeOf(parseNdjson()).toEqualTypeOf<Parser<string, unknown>>();
    expect(codec).toMatchObject({ kind: 'parser', name: 'parseNdjson' });
    expect(Object.isFrozen(codec)).toBe(true);
  });

  it('refuses options that it does not know', () => {
    const loose = parseNdjson as (options: object) => unknown;
    expect(() => loose({ maxRecordChars: 0 })).toThrowError(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => loose({ blankLines: 'keep' })).toThrowError(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => loose({ strict: true })).toThrowError(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  });

  it('takes an empty item, empty chunks, and one character', () => {
    for (const chunks of [[], [''], ['', '']]) expect(drive(parseNdjson(), chunks).outputs).toEqual([]);
    expect(records('1')).toEqual([1]);
    expect(records('{')).toEqual(['NDJSON_INVALID']);
    expect(records('\n')).toEqual([]);
    expect(records('\uFEFF')).toEqual([]);
  });

  it('takes LF, CRLF and a last line without either', () => {
    const rows = [{ a: 1 }, { a: 'é😀' }, { a: null }];
    for (const feed of ['\n', '\r\n']) {
      const text = rows.map((row) => JSON.stringify(row)).join(feed);
      expect(records(text)).toEqual(rows);
      expect(records(text + feed)).toEqual(rows);
    }
    expect(records('1\r')).toEqual([1]);
  });

  it('tells the line and the raw text of every record, without its line end', () => {
    const { outputs } = driveEveryCut(parseNdjson(), '{"a":1}\r\n\r\n\n{"a": 2} \n\n"é😀"');
    expect(outputs).toEqual([
      { record: { a: 1 }, raw: '{"a":1}', line: 1 },
      { record: { a: 2 }, raw: '{"a": 2} ', line: 4 },
      { record: 'é😀', raw: '"é😀"', line: 6 },
    ]);
  });

  it('rejects a bad line in its place and goes on', () => {
    const { outputs } = driveEveryCut(parseNdjson(), '{"a":1}\n{"a":\r\n{"a":2}\nnonsense');
    expect(outputs).toEqual([
      { record: { a: 1 }, raw: '{"a":1}', line: 1 },
      {
        code: 'NDJSON_INVALID',
        message: expect.stringContaining('Line 2 is not valid JSON: it ends too early'),
        raw: '{"a":',
        line: 2,
      },
      { record: { a: 2 }, raw: '{"a":2}', line: 3 },
      {
        code: 'NDJSON_INVALID',
        message: expect.stringContaining('Line 4 is not valid JSON: character 1 is unexpected'),
        raw: 'nonsense',
        line: 4,
      },
    ]);
  });

  it('keeps the cause of a rejection', () => {
    const stage = parseNdjson().start({ reject: (bad: unknown) => bad } as never);
    stage.push('nonsense\n');
    const [bad] = (stage.push('[1,\n') as unknown as { records: readonly { readonly cause: unknown }[] }).records;
    expect(bad?.cause).toBeInstanceOf(SyntaxError);
  });

  it('takes any JSON value for a record', () => {
    expect(records('null\n0\n"x"\n[]\nfalse\n{}')).toEqual([null, 0, 'x', [], false, {}]);
  });

  it('strips byte order marks before lines, as joined files have them', () => {
    expect(records('\uFEFF{"a":1}\n{"a":2}')).toEqual([{ a: 1 }, { a: 2 }]);
    expect(records('1\n\uFEFF2\n\uFEFF\uFEFF3\n4\uFEFF')).toEqual([1, 2, 3, 'NDJSON_INVALID']);
    expect(drive(parseNdjson(), ['', '\uFEFF', '1']).outputs).toEqual([{ record: 1, raw: '1', line: 1 }]);
  });

  it('passes over blank lines, or rejects them', () => {
    expect(records('\n1\n \t\n\r\n2\n  ')).toEqual([1, 2]);
    const { outputs } = driveEveryCut(parseNdjson({ blankLines: 'reject' }), '1\n\n \r\n2\n\t');
    expect(outputs.map(({ code, raw, line }) => ({ code, raw, line }))).toEqual([
      { code: undefined, raw: '1', line: 1 },
      { code: 'NDJSON_BLANK_LINE', raw: '', line: 2 },
      { code: 'NDJSON_BLANK_LINE', raw: ' ', line: 3 },
      { code: undefined, raw: '2', line: 4 },
      { code: 'NDJSON_BLANK_LINE', raw: '\t', line: 5 },
    ]);
  });

  it('ends no line at CR alone, U+2028, U+2029 or U+0085', () => {
    expect(records('1\r2')).toEqual(['NDJSON_INVALID']);
    expect(records('{"a":\r1}')).toEqual([{ a: 1 }]);
    expect(records('"a\u2028b\u2029c\u0085d"\n')).toEqual(['a\u2028b\u2029c\u0085d']);
  });

  it('puts surrogate pairs together again that chunks have cut', () => {
    expect(drive(parseNdjson(), ['"\uD83D', '\uDE00"\n"x', '\uD83D', '\uDE00"'])).toMatchObject({
      outputs: [
        { record: '😀', raw: '"😀"' },
        { record: 'x😀', raw: '"x😀"' },
      ],
    });
  });

  it('keeps __proto__ an own property and no prototype', () => {
    const [record] = records('{"__proto__":{"polluted":true},"a":1}') as [Record<string, unknown>];
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(Object.keys(record)).toEqual(['__proto__', 'a']);
    expect(record['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('shares no state between items', () => {
    const codec = parseNdjson();
    const first = codec.start({ reject: (bad: unknown) => bad } as never);
    first.push('{"a":');
    expect(drive(codec, ['1\n']).outputs).toEqual([{ record: 1, raw: '1', line: 1 }]);
  });
});

describe('lines that are too long', () => {
  it('are stepped over, and their beginning is kept', () => {
    const codec = parseNdjson({ maxRecordChars: 10 });
    const { outputs } = driveEveryCut(codec, `"12345678"\n"123456789"\n1\n${'x'.repeat(50)}\r\n2\n"123456789"`);
    expect(outputs).toEqual([
      { record: '12345678', raw: '"12345678"', line: 1 },
      { code: 'RECORD_TOO_LONG', message: expect.stringContaining('line 2 has 11 '), raw: '"123456789', line: 2 },
      { record: 1, raw: '1', line: 3 },
      { code: 'RECORD_TOO_LONG', message: expect.stringContaining('line 4 has 51 '), raw: 'xxxxxxxxxx', line: 4 },
      { record: 2, raw: '2', line: 5 },
      { code: 'RECORD_TOO_LONG', message: expect.stringContaining('line 6 has 11 '), raw: '"123456789', line: 6 },
    ]);
  });

  it('do not end up as half a surrogate pair', () => {
    const { outputs } = driveEveryCut(parseNdjson({ maxRecordChars: 3 }), '"a😀😀"');
    expect(outputs).toMatchObject([{ code: 'RECORD_TOO_LONG', raw: '"a' }]);
  });

  it('are a mebibyte of characters by default', () => {
    const longest = `"${'x'.repeat(1_048_574)}"`;
    for (const size of [1_000, 10_000_000]) {
      const { outputs } = drive(parseNdjson(), pieces(`${longest}\n${longest.replace('x', 'xx')}\n`, size));
      expect(outputs.map(({ code }) => code)).toEqual([undefined, 'RECORD_TOO_LONG']);
      expect(outputs[1]?.raw).toHaveLength(4096);
      expect(outputs[1]?.message).toContain('line 2 has 1048577 characters');
    }
  });

  it('are not held, and cost time in proportion to their length', () => {
    const stage = parseNdjson().start({ reject: (bad: unknown) => bad } as never);
    const chunk = 'x'.repeat(64 * 1024);
    // More in one line than a string can hold.
    for (let count = 0; count < 9 * 1024; count++) expect(stage.push(chunk)).toEqual([]);
    const { records: ended } = stage.push('\n1\n') as unknown as { readonly records: readonly unknown[] };
    expect(ended).toMatchObject([{ code: 'RECORD_TOO_LONG', line: 1 }, 1]);
  });
});

describe('any text, cut anywhere', () => {
  const unit = fc.constantFrom(
    ...Array.from('{}[]":,1a \t\r\n\n\n'),
    '\uFEFF',
    '\u2028',
    'é',
    '\uD83D',
    '\uDE00',
    '"é😀"\n',
    '{"a":1}\r\n',
  );
  const text = fc.array(unit, { maxLength: 60 }).map((units) => units.join(''));
  const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 10 });

  it('gives the same records, ordinals, lines and raw text', () => {
    for (const options of [{}, { maxRecordChars: 5 }, { blankLines: 'reject' }] as const) {
      const codec = parseNdjson(options);
      fc.assert(
        fc.property(text, cuts, (whole, places) => {
          expect(summary(drive(codec, cutAt(whole, places)))).toEqual(summary(drive(codec, [whole])));
        }),
        { numRuns: 400 },
      );
    }
  });

  it('gives what splitting the whole text gives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        cuts,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (values, places, feed, ended) => {
          const lines = values.map((value) => JSON.stringify(value));
          const whole = lines.join(feed) + (ended ? feed : '');
          const { outputs } = drive(parseNdjson(), cutAt(whole, places));
          const expected = lines.map((raw, index) => ({ record: JSON.parse(raw) as unknown, raw, line: index + 1 }));
          expect(outputs).toEqual(expected);
        },
      ),
      { numRuns: 400 },
    );
  });
});
