import { decimal, type Rejection, rejectionFromJson, rejectionToJson } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const rejection: Rejection = {
  feed: 'f',
  run: 'r',
  item: { id: 'i', uri: 'u' },
  ordinal: 3,
  branch: '',
  stage: 's',
  code: 'C',
  message: 'm\n2',
  raw: 'a\u2028b',
};

describe('a rejection as JSON', () => {
  it('comes back as it was, on one line', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withSet: true, withTypedArray: false }), (value) => {
        const clean: unknown = structuredClone(value);
        const line = rejectionToJson({ ...rejection, value: clean });
        expect(line).not.toContain('\n');
        expect(rejectionToJson(rejectionFromJson(line))).toBe(line);
      }),
    );
  });

  it('keeps bytes, bigint, decimals, dates, sets, odd numbers, and what looks like its own marks', () => {
    const value = {
      bytes: Uint8Array.from({ length: 20_000 }, (_, index) => index % 256),
      big: 2n ** 100n,
      exact: decimal('0.1000000000000000055511151231257827'),
      date: new Date(5),
      noDate: new Date(Number.NaN),
      set: new Set([1, 'a', 2n]),
      odd: [Number.NaN, Number.POSITIVE_INFINITY],
      mark: { $millrace: 'bigint', value: 'x' },
    };
    expect(rejectionFromJson(rejectionToJson({ ...rejection, value, raw: value.bytes }))).toEqual({
      ...rejection,
      value,
      raw: value.bytes,
    });
  });

  it('leaves out a value without end, and says so', () => {
    const circle: unknown[] = [];
    circle.push(circle, circle);
    const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    for (const value of [circle, { set: new Set([circle]) }, deep(501), deep(100_000)]) {
      const kept = rejectionFromJson(rejectionToJson({ ...rejection, details: { a: 1 }, value }));
      expect(kept).toEqual({ ...rejection, details: { a: 1, valueLeftOut: expect.stringContaining('500 levels') } });
    }
    const kept = rejectionFromJson(rejectionToJson({ ...rejection, details: { circle }, value: circle }));
    const lost = expect.stringContaining('500 levels');
    expect(kept).toEqual({ ...rejection, details: { detailsLeftOut: lost, valueLeftOut: lost } });
    const value = deep(500);
    expect(rejectionFromJson(rejectionToJson({ ...rejection, value }))).toEqual({ ...rejection, value });
  });

  it('refuses what is none', () => {
    for (const line of ['', '{', '{}', 'null', '{"feed":"x"}']) {
      expect(() => rejectionFromJson(line)).toThrow(expect.objectContaining({ code: 'REJECTION_UNREADABLE' }));
    }
  });
});
