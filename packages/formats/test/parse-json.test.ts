import type { Parser } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { parseJson, type ParseJsonOptions } from '../src/index.ts';
import { cutAt, drive, driveEveryCut, pieces, summary } from './drive.ts';

const coded = (wanted: string) => expect.objectContaining({ code: wanted });

/** The records in order, the code of a rejection in its place; or the code with which the item fails. */
const records = (text: string, options?: ParseJsonOptions): unknown => {
  const { outputs, error } = driveEveryCut(parseJson(options), text);
  return error?.code ?? outputs.map(({ record, code }) => code ?? record);
};

describe('parseJson', () => {
  it('is a frozen codec of records, typed by its user', () => {
    expectTypeOf(parseJson()).toEqualTypeOf<Parser<string, unknown>>();
    expectTypeOf(parseJson<{ id: number }>()).toEqualTypeOf<Parser<string, { id: number }>>();
    expect(parseJson()).toMatchObject({ kind: 'parser', name: 'parseJson', takesDamage: true });
    expect(Object.isFrozen(parseJson())).toBe(true);
  });

  it('refuses options that it does not know', () => {
    const loose = parseJson as (options: object) => unknown;
    const invalid = [
      ...['.a', 'a..b', 'a[', 'a[1]', 'a]', 'a[*]b', '["a]', '["\\q"]', '$"', 7].map((path) => ({ path })),
      { path: 'Records[*]', copy: { a: 'Records' } },
      { path: 'Records[*]', copy: { a: 'other.b' } },
      { path: 'Records[*]', copy: { a: 'Records[*]' } },
      { path: '[*]', copy: { a: 'b' } },
      { path: 'Records[*]', copy: { __proto__x: 'b', c: 'b' } },
      { path: 'Records[*]', copy: { ['__proto__']: 'b' } },
      { copy: ['a'] },
      { copy: { a: 1 } },
      { onMissing: 'no' },
      { concatenated: 'yes' },
      { maxRecordChars: 0 },
    ];
    for (const options of invalid) {
      expect(() => loose(options), JSON.stringify(options)).toThrow(coded('OPTION_INVALID'));
    }
    expect(() => loose({ paths: 'a' })).toThrow(coded('OPTION_UNKNOWN'));
  });

  it('takes the elements of an array, whatever JSON they are', () => {
    expect(records('[]')).toEqual([]);
    expect(records(' [ ] \n')).toEqual([]);
    expect(records('\uFEFF[1,"a]\\"\\\\",{"b":[1,{"c":"}"}]},[],null , true,\r\n-1.5e3\t]')).toEqual([
      1,
      'a]"\\',
      { b: [1, { c: '}' }] },
      [],
      null,
      true,
      -1500,
    ]);
  });

  it('takes records under a path', () => {
    expect(records('{"a":[1,{"Records":[0]}],"Records":[{"x":1},{"x":2}],"z":{}}', { path: 'Records[*]' })).toEqual([
      { x: 1 },
      { x: 2 },
    ]);
    const groups = '{"groups":[{"items":[1,2],"n":"a"},{"n":"b","items":[]},{"items":[3]}]}';
    expect(records(groups, { path: 'groups[*].items[*]' })).toEqual([1, 2, 3]);
    expect(records(groups, { path: 'groups[*].items' })).toEqual([[1, 2], [], [3]]);
    expect(records('{"a.b":{"\\u0063":[5]}}', { path: '["a.b"].c[*]' })).toEqual([5]);
    expect(records('[[1],[2,3]]', { path: '[*][*]' })).toEqual([1, 2, 3]);
    expect(records('{"a":1}', { path: '' })).toEqual([{ a: 1 }]);
    expect(records('12', { path: '' })).toEqual([12]);
  });

  it('takes values that follow each other, where it is told to', () => {
    const options = { path: '', concatenated: true };
    expect(records('{"a":1}{"a":2}\n[3] "x""y" 4 5', options)).toEqual([{ a: 1 }, { a: 2 }, [3], 'x', 'y', 4, 5]);
    expect(records('', options)).toEqual([]);
    expect(records('{"Records":[1]}\n{"Records":[2]}', { path: 'Records[*]', concatenated: true })).toEqual([1, 2]);
    expect(records('{"a":1}{"a":2}', { path: '' })).toBe('JSON_INVALID');
    expect(records('[1] x')).toBe('JSON_INVALID');
  });

  it('tells line and raw text of every record', () => {
    expect(driveEveryCut(parseJson(), '[\n  {"a":\n 1},\r\n\n  2 , tru\n]').outputs).toEqual([
      { record: { a: 1 }, raw: '{"a":\n 1}', line: 2 },
      { record: 2, raw: '2', line: 5 },
      { code: 'JSON_INVALID', message: expect.stringContaining('Line 5 begins a record'), raw: 'tru', line: 5 },
    ]);
  });

  it('steps over a record that is no JSON but whose end is clear', () => {
    expect(records('[{"a":tru},{"a":1 2},[1,],{"b":1},01]')).toEqual([
      'JSON_INVALID',
      'JSON_INVALID',
      'JSON_INVALID',
      { b: 1 },
      'JSON_INVALID',
    ]);
  });

  it('steps over a record that is too long', () => {
    const { outputs } = driveEveryCut(parseJson({ maxRecordChars: 6 }), '[1,"12345","1234",{"a":[1]},2]');
    expect(outputs.map(({ code, record, raw }) => [code ?? record, raw])).toEqual([
      [1, '1'],
      ['RECORD_TOO_LONG', '"12345'],
      ['1234', '"1234"'],
      ['RECORD_TOO_LONG', '{"a":['],
      [2, '2'],
    ]);
  });

  it('keeps __proto__ an own property', () => {
    const [record] = records('[{"__proto__":{"x":1}}]') as [object];
    expect(Object.keys(record)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
  });
});

describe('JSON that is broken around the records', () => {
  it.each([
    ['[1 2]', 1],
    ['[1,,2]', 1],
    ['[1,]', 1],
    ['[,1]', 1],
    ['{"Records" [1]}', 1],
    ['{Records:[1]}', 1],
    ['{"Records":[1],}', 1],
    ['{"Records":[1]]', 1],
    ['{"Records":\n[1]}\n}', 3],
    ['{"a":}', 1],
    ['{"\\q":1,"Records":[]}', 1],
    [']', 1],
    [':', 1],
  ])('%j fails the item', (text, line) => {
    const path = text.startsWith('{') ? 'Records[*]' : '[*]';
    const { error } = driveEveryCut(parseJson({ path }), text);
    expect(error).toMatchObject({ code: 'JSON_INVALID', details: { line } });
  });

  it.each(['', ' \n', '\uFEFF', '[', '[1', '[1,', '[{"a":1}', '["a', '{"Records":[1]', '{"Rec', '['.repeat(2000)])(
    '%j is cut short',
    (text) => {
      const path = text.startsWith('{') ? 'Records[*]' : '[*]';
      expect(drive(parseJson({ path }), pieces(text, 1)).error).toMatchObject({ code: 'JSON_TRUNCATED' });
      expect(drive(parseJson({ path }), [text]).error).toMatchObject({ code: 'JSON_TRUNCATED' });
    },
  );

  it('fails where the path leads nowhere, or passes over that if it is told to', () => {
    for (const text of ['{}', '{"records":[1]}', '{"Records":{}}', '{"Records":null}', '[1]', '7', '"Records"']) {
      expect(records(text, { path: 'Records[*]' }), text).toBe('JSON_PATH_MISSING');
      expect(records(text, { path: 'Records[*]', onMissing: 'skip' }), text).toEqual([]);
    }
    expect(records('[{"a":1},{"b":2},3,{"a":4}]', { path: '[*].a', onMissing: 'skip' })).toEqual([1, 4]);
    expect(records('[{"a":1},{"b":2}]', { path: '[*].a' })).toBe('JSON_PATH_MISSING');
  });
});

describe('copied fields', () => {
  const options: ParseJsonOptions = {
    path: 'groups[*].items[*]',
    copy: { owner: 'owner', group: 'groups[*].name', tags: 'groups[*].tags' },
  };

  it('come from the objects around a record', () => {
    const text =
      '{"other":{"owner":"no"},"owner":"me","groups":[{"name":"a","tags":[1,"]"],"items":[{"x":1},{"x":2}]},' +
      '{"name":"b","items":[{"x":3}]},{"items":[{"x":4}]}]}';
    expect(records(text, options)).toEqual([
      { x: 1, owner: 'me', group: 'a', tags: [1, ']'] },
      { x: 2, owner: 'me', group: 'a', tags: [1, ']'] },
      { x: 3, owner: 'me', group: 'b' },
      { x: 4, owner: 'me' },
    ]);
    const two = '{"owner":1,"groups":[{"items":[{}]}]}{"groups":[{"items":[{}]}]}';
    expect(records(two, { ...options, concatenated: true })).toEqual([{ owner: 1 }, {}]);
  });

  it('must stand before the records', () => {
    expect(records('{"groups":[{"items":[{}],"name":"a"}]}', options)).toBe('JSON_FIELD_LATE');
    expect(records('{"groups":[],"owner":"me"}', options)).toBe('JSON_FIELD_LATE');
  });

  it('must be JSON, and not too long', () => {
    expect(records('{"owner":tru,"groups":[]}', options)).toBe('JSON_INVALID');
    expect(records('{"owner":"12345678","groups":[]}', { ...options, maxRecordChars: 9 })).toBe('JSON_FIELD_TOO_LONG');
  });

  it('go into objects only, and over no field of theirs', () => {
    const text = '{"owner":"me","groups":[{"items":[1,{"owner":"you"},[],{"tru":tru},{"x":1}]}]}';
    const codec = parseJson(options);
    const { outputs } = driveEveryCut(codec, text);
    expect(outputs.map(({ code, record }) => code ?? record)).toEqual([
      'JSON_NOT_OBJECT',
      'JSON_FIELD_CONFLICT',
      'JSON_NOT_OBJECT',
      'JSON_INVALID',
      { x: 1, owner: 'me' },
    ]);
  });

  it('are kept for a replay', () => {
    const { reparse } = parseJson(options);
    const details = { content: { copied: { owner: 'me' } } };
    expect(reparse!({ raw: '{"x":1}', code: 'JSON_INVALID', details })).toEqual({ x: 1, owner: 'me' });
    expect(() => reparse!({ raw: '{', code: 'JSON_INVALID', details })).toThrow(coded('JSON_INVALID'));
    expect(() => reparse!({ raw: '{}', code: 'SCHEMA_VIOLATION' })).toThrow(coded('REPLAY_IMPOSSIBLE'));
    expect(parseJson().reparse!({ raw: '{}', code: 'SCHEMA_VIOLATION' })).toEqual({});
    const seen: unknown[] = [];
    const stage = parseJson(options).start({ reject: (bad: unknown) => seen.push(bad) } as never);
    stage.push('{"owner":"me","groups":[{"items":[1]}]}');
    expect(seen).toMatchObject([{ code: 'JSON_NOT_OBJECT', details, raw: '1' }]);
  });
});

describe('any JSON, cut anywhere', () => {
  const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 10 });

  it('gives what JSON.parse gives', () => {
    const indent = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), indent, cuts, (values, space, places) => {
        const text = JSON.stringify(values, undefined, space);
        const { outputs, error } = drive(parseJson(), cutAt(text, places));
        expect(error).toBeUndefined();
        expect(outputs.map(({ record }) => record)).toEqual(JSON.parse(text));
        const nested = JSON.stringify({ a: values, Records: { b: values }, c: 1 }, undefined, space);
        const under = drive(parseJson({ path: 'Records.b[*]' }), cutAt(nested, places));
        expect(under.outputs.map(({ record }) => record)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same records, lines, raw text and errors for broken text', () => {
    const unit = fc.constantFrom(
      ...Array.from('{}[]",:\\1 \n'),
      '{"a":',
      '"a"',
      '[1,2]',
      'true',
      'é😀',
      '"Records":[',
      '{}',
    );
    const text = fc.array(unit, { maxLength: 30 }).map((units) => units.join(''));
    const cases: readonly ParseJsonOptions[] = [
      {},
      { path: '', concatenated: true },
      { path: '[*].a', onMissing: 'skip', maxRecordChars: 4 },
      { path: 'Records[*]', concatenated: true, onMissing: 'skip', copy: { n: 'a' } },
    ];
    for (const options of cases) {
      const codec = parseJson(options);
      const head = fc.constantFrom('', '[', '{"a":1,"Records":[', '[{"a":1},');
      fc.assert(
        fc.property(head, text, cuts, (begin, rest, places) => {
          const whole = begin + rest;
          const expected = summary(drive(codec, [whole]));
          expect(summary(drive(codec, cutAt(whole, places)))).toEqual(expected);
          expect(summary(drive(codec, pieces(whole, 1)))).toEqual(expected);
        }),
        { numRuns: 300 },
      );
    }
  });

  it('never takes for right what JSON.parse refuses', () => {
    const unit = fc.constantFrom(...Array.from('{}[]",:\\1- \n'), '"a":', '"a"', '[]', 'true', '{}', 'null');
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
        const text = units.join('');
        const { outputs, error } = drive(parseJson({ path: '' }), [text]);
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          expect(error !== undefined || outputs.every(({ code }) => code === 'JSON_INVALID')).toBe(true);
          return;
        }
        expect({ error, records: outputs.map(({ record }) => record) }).toEqual({ error: undefined, records: [value] });
      }),
      { numRuns: 2000 },
    );
  });

  it('holds one record at most, and takes time in proportion to the text', () => {
    const stage = parseJson({ path: 'a[*]' }).start({ reject: (bad: unknown) => bad } as never);
    stage.push('{"skipped":"');
    const chunk = 'x{['.repeat(20_000);
    for (let count = 0; count < 2000; count += 1) expect(stage.push(chunk)).toEqual([]);
    stage.push('","a":["');
    for (let count = 0; count < 2000; count += 1) expect(stage.push(chunk)).toEqual([]);
    const { records: ended } = stage.push('",1]}') as unknown as { readonly records: readonly unknown[] };
    expect(ended).toMatchObject([{ code: 'RECORD_TOO_LONG', line: 1 }, 1]);
  });
});
