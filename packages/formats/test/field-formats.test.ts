import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Parser } from '@millrace/core';
import { decimal } from '@millrace/core';
import { type FieldType, parseCsv, parseFixedWidth, parseRegex } from '../src/index.ts';
import { drive } from './drive.ts';

const values = (type: FieldType, texts: readonly string[]): readonly unknown[] =>
  drive(parseCsv<{ a: unknown }>({ columns: ['a'], delimiter: '|', types: { a: type } }), [
    `${texts.map((text) => `"${text}"`).join('\n')}`,
  ]).outputs.map(({ record, code }) => code ?? (record as { readonly a: unknown }).a);
const BAD = 'FIELD_INVALID';

describe('numbers in a format', () => {
  it('have a decimal comma and points between thousands, exactly', () => {
    const german = { type: 'number', decimal: ',', thousands: '.' } as const;
    const good: readonly (readonly [string, number | null])[] = [
      ['1.234,56', 1234.56],
      ['1234,56', 1234.56],
      [' -1.234.567 ', -1234567],
      ['+0,5', 0.5],
      [',5', 0.5],
      ['7,', 7],
      ['1,5e3', 1500],
      ['', null],
    ];
    expect(
      values(
        german,
        good.map(([text]) => text),
      ),
    ).toEqual(good.map(([, value]) => value));
    const bad = [
      '1,234.56',
      '1.23',
      '12.34.567',
      '.123',
      '1..234',
      '1.2345',
      '1234.567',
      '1.234,5.6',
      '1 234',
      '1,2,3',
      ',',
      '-',
      'x',
      '12345678901234567890,1',
    ];
    expect(values(german, bad)).toEqual(bad.map(() => BAD));
  });

  it('are of each kind, with the characters that the format names', () => {
    expect(values({ type: 'decimal', decimal: ',' }, ['12345678901234567890,10', '1.5'])).toEqual([
      decimal('12345678901234567890.10'),
      BAD,
    ]);
    expect(values({ type: 'bigint', thousands: "'" }, ["12'345'678'901'234'567'890", '1,5'])).toEqual([
      12345678901234567890n,
      BAD,
    ]);
    expect(values({ type: 'integer', thousands: '\u00A0' }, ['1\u00A0234', '1 234', '1.5'])).toEqual([1234, BAD, BAD]);
    expect(values({ type: 'number' }, ['1.5', '1,5'])).toEqual([1.5, BAD]);
  });

  it('give the type of the field', () => {
    const parser = parseCsv({
      columns: ['a', 'b', 'c'],
      types: { a: { type: 'number', decimal: ',' }, b: { type: 'date', format: 'YYYYMMDD' } },
    });
    expectTypeOf(parser).toEqualTypeOf<Parser<string, { a: number | null; b: string | null; c: string }>>();
  });
});

describe('dates in a format', () => {
  it('become texts of ISO 8601, if they exist', () => {
    expect(
      values({ type: 'date', format: 'DD.MM.YYYY' }, [
        '23.11.2026',
        ' 29.02.2024 ',
        '',
        '29.02.2026',
        '31.04.2026',
        '00.01.2026',
        '1.1.2026',
        '2026-11-23',
        '23.11.26',
        '23.11.2026 ' + 'x',
      ]),
    ).toEqual(['2026-11-23', '2024-02-29', null, BAD, BAD, BAD, BAD, BAD, BAD, BAD]);
    expect(
      values({ type: 'date', format: 'M/D/YYYY H:mm' }, [
        '1/2/2026 4:05',
        '11/23/2026 23:59',
        '13/1/2026 0:00',
        '1/1/2026 24:00',
        '1/1/2026 1:60',
      ]),
    ).toEqual(['2026-01-02T04:05:00', '2026-11-23T23:59:00', BAD, BAD, BAD]);
    expect(
      values({ type: 'date', format: 'YYYYMMDDTHHmmss.SSSZ' }, [
        '20261123T040506.789+01:00',
        '20261123T040506.789Z',
        '20261123T040506.789+24:00',
        '00000101T000000.000Z',
      ]),
    ).toEqual(['2026-11-23T04:05:06.789+01:00', '2026-11-23T04:05:06.789Z', BAD, '0000-01-01T00:00:00.000Z']);
  });

  it('hold in lines of fixed width and patterns, too', () => {
    const type = { type: 'date', format: 'YYYYMMDD' } as const;
    expect(
      drive(parseFixedWidth({ columns: [{ name: 'a', width: 8 }], types: { a: type } }), ['20261123\n20261131\n'])
        .outputs,
    ).toMatchObject([{ record: { a: '2026-11-23' } }, { code: BAD, message: expect.stringContaining('YYYYMMDD') }]);
    expect(drive(parseRegex(/^(?<a>\d+)/, { types: { a: type } }), ['20261123\n']).outputs).toMatchObject([
      { record: { a: '2026-11-23' } },
    ]);
  });
});

describe('formats that are wrong', () => {
  it.each<FieldType>([
    { type: 'number', decimal: ',', thousands: ',' },
    { type: 'number', decimal: '' },
    { type: 'number', decimal: '1' },
    { type: 'number', thousands: '.' },
    { type: 'number', thousands: 'ab' },
    { type: 'number', point: ',' } as never,
    { type: 'float' } as never,
    { type: 'date' } as never,
    { type: 'date', format: 'MM/YYYY' },
    { type: 'date', format: 'DD.MM.YY' },
    { type: 'date', format: 'DD.MM.YYYY MM' },
    { type: 'date', format: 'DD.MM.YYYY ss' },
    { type: 'date', format: 'DD MMM YYYY' },
    null as never,
  ])('%j is refused when the parser is made', (type) => {
    expect(() => parseCsv({ types: { price: type } })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining('price') }),
    );
  });
});

describe("a type function's own error", () => {
  it('rejects the record, with its name and without content', () => {
    const type = (text: string): never => {
      throw new RangeError(`secret ${text}`);
    };
    const seen: { readonly message: string; readonly details?: unknown; readonly cause?: unknown }[] = [];
    const stage = parseCsv({ columns: ['a', 'b'], types: { b: type } }).start({
      reject: (bad: never) => seen.push(bad),
    } as never);
    stage.push('1,hidden\n');
    stage.end!();
    expect(seen).toMatchObject([
      {
        code: BAD,
        message: expect.stringContaining('RangeError'),
        details: { field: 'b', error: 'RangeError', content: { reason: 'secret hidden' } },
      },
    ]);
    expect(seen[0]!.message).not.toMatch(/secret|hidden/);
  });
});
