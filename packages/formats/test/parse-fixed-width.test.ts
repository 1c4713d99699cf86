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
    expectTypeOf(codec).toEqualTypeOf<Parser<string, Record<string, string>>>();
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
