import assert from 'node:assert/strict';
import { decimal, type Rejection } from '@millrace/core';
import { rejectionFromJson, rejectionToJson } from '@millrace/core/plugin';
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

function caughtFrom(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

/** Everything that a record may hold and a line of JSON can bring back. */
const keepable = fc.letrec<{ readonly value: unknown; readonly leaf: unknown }>((tie) => ({
  leaf: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom<unknown>(null, undefined, -0, Number.NaN, Infinity, -Infinity, '$millrace', '__proto__'),
    fc.date({ noInvalidDate: false }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => decimal(`${number}`)),
    fc.uint8Array(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.uint8Array().map((bytes) => bytes.slice().buffer),
    fc.uint8Array().map((bytes) => new DataView(bytes.slice().buffer)),
    fc.int8Array(),
    fc.uint8ClampedArray(),
    fc.int16Array(),
    fc.uint16Array(),
    fc.int32Array(),
    fc.uint32Array(),
    fc.float32Array(),
    fc.float64Array(),
    fc.bigInt64Array(),
    fc.bigUint64Array(),
  ),
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.sparseArray(tie('value'), { maxNumElements: 5 }),
    fc.array(tie('value'), { maxLength: 5 }).map((values) => new Set(values)),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$millrace', 'value', '__proto__')), tie('value'), {
      maxKeys: 5,
      noNullPrototype: false,
    }),
  ),
})).value;

class Money {
  readonly cents: number = 5;
}

const circle: unknown[] = [];
circle.push(circle, circle);
const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

/** What does not come back as it was, and why it is left out. */
const unkeepable: readonly (readonly [string, unknown, string])[] = [
  ['a circle', circle, '500 levels'],
  ['a circle in a set', new Set([circle]), '500 levels'],
  ['501 levels', deep(501), '500 levels'],
  ['100,000 levels', deep(100_000), '500 levels'],
  ['a function', () => 1, 'a function'],
  ['a symbol', Symbol.iterator, 'a symbol'],
  ['a class', new Money(), 'instance of a class'],
  ['a subclass of Map', new (class Sizes extends Map {})(), 'instance of a class'],
  ['a subclass of Array', new (class List extends Array {})(), 'instance of a class'],
  ['a subclass of Uint8Array', new (class Raw extends Uint8Array {})(2), 'instance of a class'],
  ['a boxed number', Object(5), 'instance of a class'],
  ['a RegExp', /a/, 'instance of a class'],
  ['a URL', new URL('https://a.example'), 'instance of a class'],
  ['an Error', new Error('e'), 'instance of a class'],
  ['an object with an odd prototype', Object.create({ a: 1 }), 'instance of a class'],
  ['an object over one without a prototype', Object.create(Object.create(null) as object), 'instance of a class'],
  ['a member under a symbol', { [Symbol.iterator]: 1 }, 'under symbols'],
  ['a hidden member', Object.defineProperty({}, 'a', { value: 1 }), 'hidden'],
  ['an array with a name', Object.assign([1], { index: 0 }), 'other names'],
  ['a match', /a/.exec('a'), 'other names'],
  ['a Map with a member', Object.assign(new Map(), { a: 1 }), 'members of its own'],
  ['shared memory', new Uint8Array(new SharedArrayBuffer(2)), 'shared'],
  [
    'a getter that throws',
    {
      get a() {
        throw new Error('no');
      },
    },
    'cannot be read',
  ],
];

describe('a rejection as JSON', () => {
  it('brings back all that a record can hold, on one line', () => {
    fc.assert(
      fc.property(keepable, (value) => {
        const line = rejectionToJson({ ...rejection, value, details: { value } });
        expect(line).not.toContain('\n');
        const kept = rejectionFromJson(line);
        assert.deepStrictEqual(kept, { ...rejection, details: { value }, value });
      }),
      { numRuns: 2000 },
    );
  });

  it('brings back any value, or says that it is left out', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withSet: true,
          withMap: true,
          withTypedArray: true,
          withSparseArray: true,
          withNullPrototype: true,
          withBoxedValues: true,
          withObjectString: true,
        }),
        (value) => {
          const kept = rejectionFromJson(rejectionToJson({ ...rejection, value }));
          if ('value' in kept) assert.deepStrictEqual(kept, { ...rejection, value });
          else expect(kept).toEqual({ ...rejection, details: { valueLeftOut: expect.any(String) } });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each(unkeepable)('leaves out %s, alone and within, and keeps the raw text', (_, value, why) => {
    const leftOut = expect.stringContaining(why);
    for (const held of [value, [value], new Map([['a', value]])]) {
      expect(rejectionFromJson(rejectionToJson({ ...rejection, details: { a: 1 }, value: held }))).toEqual({
        ...rejection,
        details: { a: 1, valueLeftOut: leftOut },
      });
    }
    expect(rejectionFromJson(rejectionToJson({ ...rejection, details: { value }, value }))).toEqual({
      ...rejection,
      details: { detailsLeftOut: leftOut, valueLeftOut: leftOut },
    });
  });

  it('leaves out an object that is small in memory and endless as text', () => {
    const shared = Array.from({ length: 60 }).reduce<unknown>((inner) => [inner, inner], 1);
    const { details } = rejectionFromJson(rejectionToJson({ ...rejection, value: shared }));
    expect(details).toEqual({ valueLeftOut: expect.stringContaining('1000000 values') });
  });

  it('keeps 500 levels, and holes at the end', () => {
    const value = deep(500);
    expect(rejectionFromJson(rejectionToJson({ ...rejection, value }))).toEqual({ ...rejection, value });
    const holes: unknown[] = [];
    holes.length = 4_000_000_000;
    holes[7] = { a: undefined };
    const line = rejectionToJson({ ...rejection, value: holes });
    expect(line.length).toBeLessThan(1000);
    const kept = rejectionFromJson(line).value as unknown[];
    expect([kept.length, Object.keys(kept), kept[7]]).toEqual([4_000_000_000, ['7'], { a: undefined }]);
  });

  it('does not quote a line that is not a rejection', () => {
    for (const line of ['canary', '{"a":"canary"}', '{"feed":"canary"}', '{"$millrace":"canary"}']) {
      const error = caughtFrom(() => rejectionFromJson(line));
      expect(error).toMatchObject({ code: 'REJECTION_UNREADABLE', details: { length: line.length } });
      expect(JSON.stringify(error)).not.toContain('canary');
    }
  });

  it('refuses what is none', () => {
    for (const line of ['', '{', '{}', 'null', '{"feed":"x"}']) {
      expect(() => rejectionFromJson(line)).toThrow(expect.objectContaining({ code: 'REJECTION_UNREADABLE' }));
    }
  });
});
