import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { NumberValue } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { isMillraceError } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemSize, writeUnits } from '../src/index.ts';
import { attributeValues, type Item } from '../src/attribute-values.ts';
import { marshal as toJson } from '../src/marshal.ts';

/** What a record becomes, read back from its JSON. */
function marshal(record: unknown): { readonly item: Item; readonly size: number } {
  const marshalled = toJson(record);
  return { item: attributeValues(marshalled), size: marshalled.size };
}

/** The code and path with which a record is refused. */
function refusalOf(record: unknown): readonly unknown[] {
  try {
    marshal(record);
  } catch (error) {
    if (isMillraceError(error)) return [error.code, error.details?.['path']];
    throw error;
  }
  return [];
}

/** Size of an item by the rules of the developer guide, over what util-dynamodb makes of it: slow and plain. */
function slowSize(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8(name) + slowValue(value), 0);
}

function slowValue(value: AttributeValue): number {
  const [type, held] = Object.entries(value)[0] as [string, never];
  const sum = (of: AttributeValue[]): number => of.reduce((total, one) => total + slowValue(one), 0);
  if (type === 'S') return utf8(held);
  if (type === 'N') return slowNumber(held);
  if (type === 'B') return (held as Uint8Array).byteLength;
  if (type === 'SS') return sum((held as string[]).map((S) => ({ S })));
  if (type === 'NS') return sum((held as string[]).map((N) => ({ N })));
  if (type === 'BS') return sum((held as Uint8Array[]).map((B) => ({ B })));
  if (type === 'L') return 3 + (held as AttributeValue[]).length + sum(held);
  if (type === 'M') return 3 + Object.keys(held).length + slowSize(held);
  return 1;
}

function slowNumber(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().replace('-', '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  let value = BigInt(whole + fraction) * 10n ** BigInt(300 + Number(exponent) - fraction.length);
  if (value === 0n) return 1;
  while (value % 100n === 0n) value /= 100n;
  return 1 + Math.ceil(String(value).length / 2) + (text.startsWith('-') ? 1 : 0);
}

function utf8(text: string): number {
  return new TextEncoder().encode(text).length;
}

const text = fc.string({ unit: 'binary', maxLength: 80 });
const name = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .filter((one) => !['__proto__', 'constructor'].includes(one)); // util-dynamodb fails on these
const bytes = fc.uint8Array({ maxLength: 20 });
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    fc.maxSafeInteger(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
      .filter((n) => n === 0 || Math.abs(n) > 1e-130),
    fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
    fc.boolean(),
    fc.constant(null),
    bytes,
    fc.array(text, { minLength: 1, maxLength: 4 }).map((all) => new Set(all)),
    fc.array(fc.integer(), { minLength: 1, maxLength: 4 }).map((all) => new Set(all)),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(name, tie('any'), { maxKeys: 4 }),
  ),
})).any;
const record = fc.dictionary(name, value, { maxKeys: 8 });

describe('marshal', () => {
  it('makes what util-dynamodb makes, and measures it', () => {
    fc.assert(
      fc.property(record, (one) => {
        const { item, size } = marshal(one);
        expect(item).toEqual(marshall(one));
        expect(size).toBe(slowSize(item));
        expect(itemSize(one)).toBe(size);
      }),
      { numRuns: 400 },
    );
  });

  it('is read back by util-dynamodb, exact numbers included', () => {
    fc.assert(
      fc.property(record, (one) => {
        const wrap = { wrapNumbers: true };
        expect(unmarshall(marshal(one).item, wrap)).toEqual(unmarshall(marshall(one), wrap));
      }),
      { numRuns: 200 },
    );
  });

  it('takes exact numbers, binary of any view, maps and sets', () => {
    const view = new DataView(new Uint8Array([0, 1, 2, 3]).buffer, 1, 2);
    expect(
      marshal({
        big: 9007199254740993n,
        exact: NumberValue.from('0.1234567890123456789'),
        buffer: Buffer.from('ab'),
        view,
        array: new Uint8Array([7]).buffer,
        map: new Map([['a', 1]]),
        numbers: new Set<unknown>([1, 2n, NumberValue.from('3.0')]),
        blobs: new Set([new Uint8Array([1]), new Uint8Array([2])]),
        none: undefined,
      }).item,
    ).toEqual({
      big: { N: '9007199254740993' },
      exact: { N: '0.1234567890123456789' },
      buffer: { B: new Uint8Array([97, 98]) },
      view: { B: new Uint8Array([1, 2]) },
      array: { B: new Uint8Array([7]) },
      map: { M: { a: { N: '1' } } },
      numbers: { NS: ['1', '2', '3.0'] },
      blobs: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
    });
  });

  it('keeps a property called __proto__ as data', () => {
    const { item, size } = marshal(JSON.parse('{"__proto__":{"polluted":1},"a":{"__proto__":"x"}}'));
    expect(Object.keys(item)).toEqual(['__proto__', 'a']);
    expect(JSON.stringify(item)).toBe('{"__proto__":{"M":{"polluted":{"N":"1"}}},"a":{"M":{"__proto__":{"S":"x"}}}}');
    expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
    expect(size).toBe(9 + 3 + 8 + 1 + 2 + 1 + 3 + 9 + 1 + 1);
  });

  it.each<[string, unknown, string, unknown[]]>([
    ['a function', { a: { f: () => 1 } }, 'DYNAMODB_VALUE_UNSUPPORTED', [0, 0]],
    ['a symbol', { a: [Symbol('x')] }, 'DYNAMODB_VALUE_UNSUPPORTED', [0, 0]],
    ['a Date', { a: new Date() }, 'DYNAMODB_VALUE_UNSUPPORTED', [0]],
    ['an instance of a class', { a: new (class Money {})() }, 'DYNAMODB_VALUE_UNSUPPORTED', [0]],
    ['an error', { a: new Error('x') }, 'DYNAMODB_VALUE_UNSUPPORTED', [0]],
    ['undefined in a list', { a: { b: [1, undefined] } }, 'DYNAMODB_VALUE_UNSUPPORTED', [0, 0, 1]],
    ['a record that is a list', [1], 'DYNAMODB_VALUE_UNSUPPORTED', []],
    ['a record that is text', 'x', 'DYNAMODB_VALUE_UNSUPPORTED', []],
    ['a record that is null', null, 'DYNAMODB_VALUE_UNSUPPORTED', []],
    ['a record that is an instance', new Map(), 'DYNAMODB_VALUE_UNSUPPORTED', []],
    ['NaN', { a: 1, b: { c: Number.NaN } }, 'DYNAMODB_NUMBER_INVALID', [1, 0]],
    ['an unsafe integer', { a: 2 ** 53 }, 'DYNAMODB_NUMBER_INEXACT', [0]],
    ['a number too precise', { a: 10n ** 38n + 1n }, 'DYNAMODB_NUMBER_TOO_PRECISE', [0]],
    ['a number out of range', { a: 10n ** 126n }, 'DYNAMODB_NUMBER_OUT_OF_RANGE', [0]],
    [
      'an exact number that is none',
      {
        a: {
          n: new (class {
            toAttributeValue = () => ({ N: 'x' });
          })(),
        },
      },
      'DYNAMODB_NUMBER_INVALID',
      [0, 0],
    ],
    ['an empty set', { a: new Set() }, 'DYNAMODB_SET_INVALID', [0]],
    ['a mixed set', { a: new Set(['x', 1]) }, 'DYNAMODB_SET_INVALID', [0]],
    ['a set of null', { a: new Set([null]) }, 'DYNAMODB_SET_INVALID', [0]],
    ['a set of booleans', { a: new Set([true]) }, 'DYNAMODB_SET_INVALID', [0]],
    ['a set with equal numbers', { a: new Set([1, 1n]) }, 'DYNAMODB_SET_INVALID', [0]],
    ['a set with equal bytes', { a: new Set([new Uint8Array([1]), Buffer.from([1])]) }, 'DYNAMODB_SET_INVALID', [0]],
    ['half a surrogate pair', { a: 'x\ud800' }, 'DYNAMODB_TEXT_INVALID', [0]],
    ['half a surrogate pair in a name', { a: { '\udc00': 1 } }, 'DYNAMODB_TEXT_INVALID', [0, 0]],
    ['half a surrogate pair in a set', { a: new Set(['\udc00']) }, 'DYNAMODB_TEXT_INVALID', [0]],
    ['an empty name', { a: { '': 1 } }, 'DYNAMODB_NAME_INVALID', [0, 0]],
    ['a name of 64 KB', { ['n'.repeat(65_536)]: 1 }, 'DYNAMODB_NAME_INVALID', [0]],
    ['a map with other keys', { a: new Map([[1, 2]]) }, 'DYNAMODB_NAME_INVALID', [0]],
  ])('refuses %s, and says at which position', (_, given, code, path) => {
    expect(refusalOf(given)).toEqual([code, path]);
  });

  it.each<[string, (canary: string) => unknown]>([
    ['a whole number that is not exact', () => ({ a: Number('4111222233334444555566') })],
    ['a number too precise', (canary) => ({ a: BigInt(canary.repeat(4)) })],
    ['a number out of range', (canary) => ({ a: BigInt(`${canary}${'0'.repeat(130)}`) })],
    ['the text of an exact number', (canary) => ({ a: { toAttributeValue: () => ({ N: `${canary}x` }) } })],
    ['a name above', (canary) => ({ [`n${canary}`]: { [`m${canary}`]: [new Date()] } })],
    ['a name that is none', (canary) => ({ a: { [`${canary}\ud800`]: 1 } })],
    ['a name that is too long', (canary) => ({ [canary.repeat(10_000)]: 1 })],
    ['a text', (canary) => ({ a: `${canary}\ud800` })],
    ['members of a set', (canary) => ({ a: new Set([canary, 1]) })],
    ['equal members', (canary) => ({ a: new Set([BigInt(canary), Number(canary)]) })],
  ])('says nothing of what a record holds: %s', (_, make) => {
    const canary = '41112222333344';
    let thrown: unknown;
    try {
      marshal(make(canary));
    } catch (error) {
      thrown = error;
    }
    expect(isMillraceError(thrown)).toBe(true);
    const said = JSON.stringify(thrown);
    for (const content of [canary, '4.111', '4111']) expect(said).not.toContain(content);
  });

  it('takes a name of one byte less than 64 KB', () => {
    expect(itemSize({ ['n'.repeat(65_535)]: null })).toBe(65_536);
  });

  it('takes 32 levels, the attribute being the first, and not 33', () => {
    const nested = (wraps: number, wrap: (inner: unknown) => unknown): unknown => {
      let inner: unknown = 'leaf';
      for (let count = 0; count < wraps; count += 1) inner = wrap(inner);
      return inner;
    };
    for (const wrap of [(n: unknown) => ({ n }), (n: unknown) => [n], (n: unknown) => new Map([['n', n]])]) {
      expect(refusalOf({ a: nested(31, wrap) })).toEqual([]);
      expect(refusalOf({ a: nested(32, wrap) })[0]).toBe('DYNAMODB_NESTING_TOO_DEEP');
    }
  });

  it('ends on a record that holds itself', () => {
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(refusalOf(loop)[0]).toBe('DYNAMODB_NESTING_TOO_DEEP');
  });
});

describe('itemSize', () => {
  it.each<[string, object, number]>([
    ['text in UTF-8 bytes', { ü: 'é€😀' }, 2 + 2 + 3 + 4],
    ['null and Boolean', { a: null, b: true }, 2 + 2],
    ['empty list and map', { a: [], b: {} }, 1 + 3 + 1 + 3],
    ['elements', { a: ['x', { b: 'y' }] }, 1 + 3 + 2 + 1 + (3 + 1 + 1 + 1)],
    ['binary', { a: new Uint8Array(10) }, 11],
    ['sets', { a: new Set(['x', 'yy']), b: new Set([1, 100]) }, 1 + 3 + 1 + 4],
    ['attributes that are undefined', { a: undefined }, 0],
  ])('counts %s', (_, item, size) => {
    expect(itemSize(item)).toBe(size);
  });

  it('throws for what cannot be stored', () => {
    expect(() => itemSize({ a: new Date() })).toThrow(/position 0 of the record: .*toISOString/);
  });
});

describe('writeUnits', () => {
  it.each([
    [0, 1],
    [1, 1],
    [1024, 1],
    [1025, 2],
    [409_600, 400],
  ])('counts %i bytes as %i', (size, units) => {
    expect(writeUnits(size)).toBe(units);
  });
});
