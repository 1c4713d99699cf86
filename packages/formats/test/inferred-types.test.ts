import type { Parser } from '@millrace/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { parseFixedWidth, parseRegex } from '../src/index.ts';
import { drive } from './drive.ts';

type RecordOf<P> = P extends Parser<string, infer T> ? T : never;

describe('the type of a record', () => {
  const fixed = parseFixedWidth({
    columns: [
      { name: 'a', width: 2 },
      { name: 'b', width: 3 },
    ],
    types: { b: 'integer' },
  });
  const regex = parseRegex(/^(?<a>\w)(?<b>\d)?/, {
    groups: ['a', 'b'],
    types: { b: { type: 'number', decimal: ',' } },
  });

  it('has the columns of a fixed width, typed', () => {
    expectTypeOf<RecordOf<typeof fixed>>().toEqualTypeOf<{ a: string; b: number | null }>();
    const use = (row: RecordOf<typeof fixed>): unknown => [
      row.a.length,
      // @ts-expect-error -- a number has no toUpperCase
      row.b?.toUpperCase?.(),
      // @ts-expect-error -- no column has this name
      row.nosuch,
    ];
    expect(drive(fixed, ['xy 12\n']).outputs.map(({ record }) => use(record as never))).toEqual([
      [2, undefined, undefined],
    ]);
    expectTypeOf(parseFixedWidth({ columns: [{ name: 'a', width: 1 }] })).toEqualTypeOf<
      Parser<string, { a: string }>
    >();
    expectTypeOf(parseFixedWidth<{ id: string }>({ columns: [{ name: 'id', width: 1 }] })).toEqualTypeOf<
      Parser<string, { id: string }>
    >();
  });

  it('has the groups of a pattern, which may have taken no part', () => {
    expectTypeOf<RecordOf<typeof regex>>().toEqualTypeOf<{ a?: string; b?: number | null }>();
    const use = (row: RecordOf<typeof regex>): unknown => [
      // @ts-expect-error -- the group may have taken no part
      row.a.length,
      // @ts-expect-error -- no group has this name
      row.nosuch,
      row.b,
    ];
    expect(drive(regex, ['x\n', 'y7\n']).outputs.map(({ record }) => use(record as never))).toEqual([
      [1, undefined, undefined],
      [1, undefined, 7],
    ]);
    const typed = parseRegex(/^(?<a>\w)(?<b>\d)/, { types: { b: 'integer' } });
    expectTypeOf<RecordOf<typeof typed>['b']>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<RecordOf<typeof typed>[string]>().toEqualTypeOf<string | number | null | undefined>();
  });

  it('names groups that the pattern has', () => {
    for (const groups of [['a'], ['a', 'c'], ['a', 'b', 'b']]) {
      expect(() => parseRegex(/(?<a>.)(?<b>.)/, { groups })).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    expect(drive(parseRegex(/(?<a>.)(?<b>.)/, { groups: ['b', 'a'] }), ['xy']).outputs).toMatchObject([
      { record: { a: 'x', b: 'y' } },
    ]);
  });
});
