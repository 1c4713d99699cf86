import type { Parser } from '@millrace/core';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { parseRegex, type ParseRegexOptions } from '../src/index.ts';
import { drive, driveEveryCut } from './drive.ts';

const LINE = /^(?<host>\S+) \[(?<time>[^\]]+)\] "(?<request>(?:[^"\\]|\\.)*)" (?<status>\d{3})(?: (?<ms>\d+))?$/;
const code = (wanted: string) => expect.objectContaining({ code: wanted });

const records = (pattern: RegExp, text: string, options?: ParseRegexOptions): readonly unknown[] =>
  driveEveryCut(parseRegex(pattern, options), text).outputs.map((output) => output.code ?? output.record);

describe('parseRegex', () => {
  it('is a frozen codec of records, typed by its user', () => {
    expectTypeOf(parseRegex(LINE)).toEqualTypeOf<Parser<string, Record<string, string | undefined>>>();
    expectTypeOf(parseRegex<{ host: string }>(LINE)).toEqualTypeOf<Parser<string, { host: string }>>();
    expect(parseRegex(LINE)).toMatchObject({ name: 'parseRegex', takesDamage: true });
    expect(Object.isFrozen(parseRegex(LINE))).toBe(true);
  });

  it('refuses patterns and options that do not fit', () => {
    const loose = parseRegex as (pattern: unknown, options?: object) => unknown;
    for (const pattern of [/a/, /(?<a>.)/g, /(?<a>.)/y, '(?<a>.)', undefined, /(?<__proto__>.)/]) {
      expect(() => loose(pattern), String(pattern)).toThrow(code('OPTION_INVALID'));
    }
    for (const options of [{ maxMatchMillis: 1.5 }, { types: { b: 'number' } }, { types: { a: 'date' } }]) {
      expect(() => loose(/(?<a>.)/, options)).toThrow(code('OPTION_INVALID'));
    }
    expect(() => loose(/(?<a>.)/, { flags: 'i' })).toThrow(code('OPTION_UNKNOWN'));
  });

  it('makes records of named groups, and leaves out those that took no part', () => {
    const text = 'web [1 Jan] "GET \\"x\\"" 200\r\n\nweb2 [2 Jan] "" 404 17\n';
    expect(records(LINE, text)).toEqual([
      { host: 'web', time: '1 Jan', request: 'GET \\"x\\"', status: '200' },
      { host: 'web2', time: '2 Jan', request: '', status: '404', ms: '17' },
    ]);
  });

  it('rejects a line that does not match, with its line and text, and goes on', () => {
    expect(driveEveryCut(parseRegex(/^(?<a>\d)$/), '1\nx\r\n2\n').outputs).toEqual([
      { record: { a: '1' }, raw: '1', line: 1 },
      { code: 'REGEX_NO_MATCH', message: 'Line 2 does not match the pattern.', raw: 'x', line: 2 },
      { record: { a: '2' }, raw: '2', line: 3 },
    ]);
    expect(records(/^(?<a>\d?)$/, '1\n\n', { blankLines: 'match' })).toEqual([{ a: '1' }, { a: '' }]);
  });

  it('matches joined lines', () => {
    const options = { multiline: { start: /^\d/ } };
    expect(records(/^(?<n>\d) (?<text>.*)$/s, '1 a\n  b\r\n  c\n2 d', options)).toEqual([
      { n: '1', text: 'a\n  b\n  c' },
      { n: '2', text: 'd' },
    ]);
  });

  it('converts fields', () => {
    const types = {
      n: 'number',
      i: 'integer',
      b: 'bigint',
      f: 'boolean',
      d: (text: string) => new Date(text),
    } as const;
    const pattern = /^(?<n>[^,]*),(?<i>[^,]*),(?<b>[^,]*),(?<f>[^,]*),(?<d>[^,]*)$/;
    expect(records(pattern, ' -1.5e3,007,+12345678901234567890,TRUE,2026-01-02\n,,,,2026-01-03\n', { types })).toEqual([
      { n: -1500, i: 7, b: 12345678901234567890n, f: true, d: new Date('2026-01-02') },
      { n: null, i: null, b: null, f: null, d: new Date('2026-01-03') },
    ]);
  });

  it('refuses to make another value of a field than its text says', () => {
    const parse = (type: 'number' | 'integer' | 'bigint' | 'boolean', value: string): unknown =>
      drive(parseRegex(/^(?<a>.*)$/, { types: { a: type } }), [`${value}\n`]).outputs.map(
        ({ code: c, record }) => c ?? record,
      )[0];
    const bad = [
      ...['x', '1,5', '0x10', '1e999', 'NaN', 'Infinity', '1 2', '1234567890.12345678', '1e-999', '--1'].map((v) => [
        'number',
        v,
      ]),
      ...['1.0', '9007199254740993', '1e3'].map((v) => ['integer', v]),
      ...['1.5', '1n'].map((v) => ['bigint', v]),
      ...['yes', '2', 'tru'].map((v) => ['boolean', v]),
    ] as const;
    for (const [type, value] of bad) expect(parse(type as 'number', value!), `${type} ${value}`).toBe('FIELD_INVALID');
    expect(parse('integer', '9007199254740991')).toEqual({ a: 9007199254740991 });
    expect(parse('number', '-0.000')).toEqual({ a: -0 });
    expect(parse('number', '123456789.012345')).toEqual({ a: 123456789.012345 });
    const thrown = parseRegex(/^(?<a>.*)$/, {
      types: {
        a: () => {
          throw new Error('no');
        },
      },
    });
    expect(drive(thrown, ['x'])).toMatchObject({ outputs: [{ code: 'FIELD_INVALID', raw: 'x' }] });
  });

  it('parses a rejected line by itself', () => {
    const { reparse } = parseRegex(/^(?<a>\d)$/);
    expect(reparse!({ raw: '1', code: 'REGEX_NO_MATCH' })).toEqual({ a: '1' });
    expect(() => reparse!({ raw: 'x', code: 'REGEX_NO_MATCH' })).toThrow(code('REGEX_NO_MATCH'));
    expect(() => reparse!({ raw: '1', code: 'RECORD_TOO_LONG' })).toThrow(code('REPLAY_IMPOSSIBLE'));
  });
});

describe('a pattern that backtracks for ever', () => {
  const endless = /^(?<a>(?:x+)+)$/;
  const text = `xx\n${'x'.repeat(60)}!\nx\n`;
  // A usual line takes microseconds: it is not stopped, though the machine be busy.
  const maxMatchMillis = 1000;

  it('is stopped: the line is rejected, and the others land', () => {
    expect(drive(parseRegex(endless, { maxMatchMillis }), [text]).outputs).toMatchObject([
      { record: { a: 'xx' }, line: 1 },
      { code: 'REGEX_TOO_SLOW', line: 2, message: 'Line 2 takes the pattern longer than 1000 ms.' },
      { record: { a: 'x' }, line: 3 },
    ]);
  });

  it('is stopped where it joins lines: the line begins a record', () => {
    const codec = parseRegex(/^(?<a>.*)$/s, { maxMatchMillis, multiline: { start: /^(?:x+)+$/ } });
    expect(drive(codec, ['x\ny\n', `${'x'.repeat(60)}!\nx\n`]).outputs.map(({ raw }) => raw)).toEqual([
      'x\ny',
      `${'x'.repeat(60)}!`,
      'x',
    ]);
  });

  it('may be left unguarded where it is trusted', () => {
    expect(records(/^(?<a>x+)$/, 'xx\ny\n', { maxMatchMillis: 0 })).toEqual([{ a: 'xx' }, 'REGEX_NO_MATCH']);
  });

  it('needs node:vm', () => {
    const builtin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    try {
      expect(() => parseRegex(endless)).toThrow(code('REGEX_GUARD_UNAVAILABLE'));
      expect(parseRegex(endless, { maxMatchMillis: 0 }).name).toBe('parseRegex');
    } finally {
      builtin.mockRestore();
    }
  });
});
