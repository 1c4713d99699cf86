import { decimal } from '@millrace/core';
import { encodeJsonLine } from '@millrace/core/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

class Money {
  readonly cents: number = 5;
}

const circle: unknown[] = [];
circle.push(circle);

describe('encodeJsonLine', () => {
  it('writes what JSON can hold as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const clean = JSON.parse(JSON.stringify(value)) as unknown; // Without zeros that have a minus sign.
        expect(encodeJsonLine(clean)).toBe(JSON.stringify(clean));
      }),
    );
  });

  it('writes what JSON.parse brings back, or refuses', () => {
    const anything = fc.anything({
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withBoxedValues: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        let line: string;
        try {
          line = encodeJsonLine(value);
        } catch (error) {
          expect(error).toMatchObject({ code: 'JSON_VALUE_UNSUPPORTED' });
          return;
        }
        expect(line).not.toContain('\n');
        expect(JSON.parse(line)).toEqual(expected(value));
      }),
      { numRuns: 2000 },
    );
  });

  it('writes numbers of any length by their digits, dates, and what has toJSON', () => {
    const value = {
      big: [2n ** 64n, -1n],
      exact: decimal('0.10'),
      zero: -0,
      date: new Date(5),
      url: new URL('https://a.example/b'),
      gone: undefined,
    };
    expect(encodeJsonLine(value)).toBe(
      '{"big":[18446744073709551616,-1],"exact":0.10,"zero":-0,"date":"1970-01-01T00:00:00.005Z","url":"https://a.example/b"}',
    );
    expect([5n, decimal('1e400'), 'a\u2028\ud800', null, -0].map(encodeJsonLine)).toEqual([
      '5',
      '1e400',
      '"a\u2028\\ud800"',
      'null',
      '-0',
    ]);
    expect(encodeJsonLine(Object.assign(Object.create(null) as object, { a: 1 }))).toBe('{"a":1}');
    expect(encodeJsonLine(JSON.parse('{"__proto__":1}'))).toBe('{"__proto__":1}');
  });

  it.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a Map', new Map([['canary', 1]])],
    ['a Set', new Set(['canary'])],
    ['a typed array', new Uint8Array(2)],
    ['a typed array', Buffer.from('canary')],
    ['an ArrayBuffer', new ArrayBuffer(2)],
    ['a DataView', new DataView(new ArrayBuffer(2))],
    ['an invalid date', new Date(Number.NaN)],
    ['a RegExp', /canary/],
    ['an Error', new Error('canary')],
    ['a Promise', Promise.resolve()],
    ['an instance of a class', new Money()],
    ['an instance of a class', Object(5)],
    ['a function', () => 1],
    ['a symbol', Symbol('canary')],
    ['NaN', { toJSON: undefined, canary: Number.NaN }],
    [
      'NaN',
      new (class Price {
        readonly toJSON = (): unknown => ({ canary: Number.NaN });
      })(),
    ],
  ])('refuses %s, by its kind and depth alone', (kind, value) => {
    // In the last two it is a member.
    const own = kind === 'NaN' && typeof value === 'object' ? 1 : 0;
    for (const [held, depth] of [
      [value, own],
      [{ canary: [value] }, own + 2],
    ] as const) {
      const error = caught(held);
      expect(error).toMatchObject({ code: 'JSON_VALUE_UNSUPPORTED', details: { kind, depth } });
      expect(JSON.stringify(error)).not.toContain('canary');
    }
  });

  it('refuses undefined alone, in an array and as a hole, and what has no end', () => {
    for (const value of [undefined, [undefined], { a: Array.from({ length: 2 }) }]) {
      expect(caught(value)).toMatchObject({ code: 'JSON_VALUE_UNSUPPORTED', details: { kind: 'undefined' } });
    }
    for (const value of [circle, { a: circle }, JSON.parse('['.repeat(1e5) + ']'.repeat(1e5))]) {
      expect(caught(value)).toMatchObject({ code: 'JSON_VALUE_UNSUPPORTED' });
    }
    expect(caught([[Number.NaN]])).toMatchObject({ details: { depth: 2 } });
  });

  it('passes on what a toJSON throws', () => {
    const odd = new (class Odd {
      readonly toJSON = (): never => {
        throw new TypeError('mine');
      };
    })();
    expect(caught({ odd })).toBeInstanceOf(TypeError);
  });
});

function caught(value: unknown): unknown {
  try {
    encodeJsonLine(value);
  } catch (error) {
    return error;
  }
  throw new Error('it must be refused');
}

/** What comes back: members that are undefined are left out, dates are text. */
function expected(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(expected);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, expected(member)]));
}
