import type { Parser } from '@millrace/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type FixedColumn, parseFixedWidth, type ParseFixedWidthOptions } from '../src/index.ts';
import { driveEveryCut } from './drive.ts';

const COLUMNS: readonly FixedColumn[] = [
  { name: 'id', width: 4 },
  { name: 'name', width: 6 },
  { name: 'amount', width: 5 },
];
const code = (wanted: string) => expect.objectContaining({ code: wanted });

const records = (text: string, options: Partial<ParseFixedWidthOptions> = {}): readonly unknown[] =>
  driveEveryCut(parseFixedWidth({ columns: COLUMNS, ...options }), text).outputs.map((one) => one.code ?? one.record);

describe('parseFixedWidth', () => {
  it('is a frozen codec of records', () => {
    const codec = parseFixedWidth({ columns: COLUMNS });
    expectTypeOf(codec).toExtend<Parser<string, Record<string, string | undefined>>>();
    expect(codec).toMatchObject({ name: 'parseFixedWidth', takesDamage: true });
    expect(Object.isFrozen(codec)).toBe(true);
  });

  it('refuses columns and options that do not fit', () => {
    const loose = parseFixedWidth as (options: object) => unknown;
    const invalid = [[], [{ name: '', width: 1 }], [{ name: 'a', width: 0 }], [{ name: 'a', width: 1, start: -1 }]];
    const twice = [
      { name: 'a', width: 1 },
      { name: 'a', width: 1 },
    ];
    for (const columns of [...invalid, twice, [{ name: '__proto__', width: 1 }], 'ab', [null]]) {
      expect(() => loose({ columns }), JSON.stringify(columns)).toThrow(code('OPTION_INVALID'));
    }
    expect(() => loose({ columns: COLUMNS, types: { x: 'number' } })).toThrow(code('OPTION_INVALID'));
    expect(() => loose({ columns: COLUMNS, pad: true })).toThrow(code('OPTION_UNKNOWN'));
  });

  it('cuts lines at fixed places and trims', () => {
    const text = '\uFEFF0001Ann   12.50\r\n\n0002  Bö 日 1.00   \n   0       ';
    expect(records(`${text}    `)).toEqual([
      { id: '0001', name: 'Ann', amount: '12.50' },
      { id: '0002', name: 'Bö 日', amount: '1.00' },
      { id: '0', name: '', amount: '' },
    ]);
    expect(records(' 1   b    2.5  ', { trim: 'none' })).toEqual([{ id: ' 1  ', name: ' b    ', amount: '2.5  ' }]);
    expect(records(' 1   b    2.5  ', { trim: 'start' })).toEqual([{ id: '1  ', name: 'b    ', amount: '2.5  ' }]);
    expect(records(' 1   b    2.5  ', { trim: 'end' })).toEqual([{ id: ' 1', name: ' b', amount: '2.5' }]);
  });

  it('takes columns at places of their own', () => {
    const columns = [
      { name: 'last', start: 4, width: 2 },
      { name: 'next', width: 1 },
      { name: 'all', start: 0, width: 7 },
    ];
    expect(records('0123456', { columns })).toEqual([{ last: '45', next: '6', all: '0123456' }]);
  });

  it('rejects lines of another length, or takes them as asked', () => {
    const text = '0001Ann   12.50\n0002Bob\n0003Eve    9.99 x\n';
    expect(driveEveryCut(parseFixedWidth({ columns: COLUMNS }), text).outputs).toMatchObject([
      { record: { id: '0001' } },
      {
        code: 'FIXED_WIDTH_LENGTH',
        raw: '0002Bob',
        line: 2,
        message: 'Line 2 has 7 characters, and the columns take 15.',
      },
      { code: 'FIXED_WIDTH_LENGTH', line: 3 },
    ]);
    expect(records(text, { shortLines: 'fill', longLines: 'cut' }).slice(1)).toEqual([
      { id: '0002', name: 'Bob', amount: '' },
      { id: '0003', name: 'Eve', amount: '9.99' },
    ]);
  });

  it('converts fields, and parses a rejected line by itself', () => {
    const types = { id: 'integer', amount: 'number' } as const;
    expect(records('0001Ann   12.50\n000xAnn   12.50\n', { types })).toEqual([
      { id: 1, name: 'Ann', amount: 12.5 },
      'FIELD_INVALID',
    ]);
    const { reparse } = parseFixedWidth({ columns: COLUMNS, types });
    expect(reparse!({ raw: '0002Ann   12.50', code: 'FIELD_INVALID' })).toMatchObject({ id: 2 });
    expect(() => reparse!({ raw: '0002', code: 'FIXED_WIDTH_LENGTH' })).toThrow(code('FIXED_WIDTH_LENGTH'));
  });
});

describe('what stands outside ASCII, and odd line ends', () => {
  const NAME_PARTS: readonly FixedColumn[] = [
    { name: 'name', width: 4 },
    { name: 'parts', width: 2 },
  ];
  const read = (text: string, options: Partial<ParseFixedWidthOptions> = {}): readonly unknown[] =>
    driveEveryCut(parseFixedWidth({ columns: NAME_PARTS, ...options }), text).outputs.map(
      ({ record, code: rejected }) => rejected ?? Object.values(record as object),
    );

  it('counts characters, so that one beyond U+FFFF is one', () => {
    expect(read('𠮷田  12\n吉田  34\n')).toEqual([
      ['𠮷田', '12'],
      ['吉田', '34'],
    ]);
    const { reparse } = parseFixedWidth({ columns: NAME_PARTS });
    expect(reparse!({ raw: '𠮷田  12', code: 'FIELD_INVALID' })).toEqual({ name: '𠮷田', parts: '12' });
    expect(read('𠮷田 12\n', { unit: 'utf16' })).toEqual([['𠮷田', '12']]);
    expect(read('𠮷田  12 𠮷\n')).toEqual(['FIXED_WIDTH_LENGTH']);
    expect(read('𠮷田  12 𠮷\n', { longLines: 'cut' })).toEqual([['𠮷田', '12']]);
    expect(read('𠮷田  1\n', { shortLines: 'fill' })).toEqual([['𠮷田', '1']]);
  });

  it('counts display columns, if it is to', () => {
    expect(read('田田12\nｶﾞab12\ne\u0301abc12\nab😀12\n\u3000a 12\n', { unit: 'columns', trim: 'none' })).toEqual([
      ['田田', '12'],
      ['ｶﾞab', '12'],
      ['e\u0301abc', '12'],
      ['ab😀', '12'],
      ['\u3000a ', '12'],
    ]);
    expect(read('abc田1\n', { unit: 'columns' })).toEqual(['FIXED_WIDTH_CHARACTER_CUT']);
  });

  it('counts bytes of UTF-8, if it is to', () => {
    expect(read('éab12\n田a12\n😀12\n', { unit: 'utf8' })).toEqual([
      ['éab', '12'],
      ['田a', '12'],
      ['😀', '12'],
    ]);
    expect(read('abcé1\n', { unit: 'utf8' })).toEqual(['FIXED_WIDTH_CHARACTER_CUT']);
    expect(read('田田12\n', { unit: 'utf8', longLines: 'cut' })).toEqual(['FIXED_WIDTH_CHARACTER_CUT']);
  });

  it('strips byte order marks before lines, and takes CRs for the line end only there', () => {
    expect(read('\uFEFFabcd12\n\uFEFFabcd34\r\r\nabcd56\r')).toEqual([
      ['abcd', '12'],
      ['abcd', '34'],
      ['abcd', '56'],
    ]);
    expect(read('abcd12\rabcd34\n', { longLines: 'cut' })).toEqual(['FIXED_WIDTH_LINE_END_INVALID']);
    expect(read('\r\r\n')).toEqual([]);
  });
});
