import { NumberValue } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExactNumber, PackOptions } from '../src/index.ts';
import { decimalText, parseDecimal } from '../src/decimal.ts';
import { packing } from '../src/pack/pack-options.ts';
import { packedSink } from '../src/pack/packed-sink.ts';
import { unpack } from '../src/unpack.ts';
import { itemStore } from './support/item-store.ts';
import { landedEntries, sinkContext } from './support/land.ts';
import { unpacked } from './support/unpacked.ts';

const KEYS = { partitionKey: 'uuid', sortKey: undefined, allowUnsafe: false };

async function packs(values: readonly unknown[], pack: PackOptions = {}, flat = false) {
  const store = itemStore();
  const sink = packedSink(store.sink, KEYS, packing(pack, KEYS));
  const entries = landedEntries(values, flat ? ({ layout: 'flat' } as never) : {});
  expect(await sink.write(entries, sinkContext)).toEqual([]);
  return { items: [...store.items.values()], entries };
}

/** What DynamoDB holds of a value: type and content, numbers by value, maps and sets in any order. */
function held(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return ['N', decimalText(parseDecimal(`${value}`)!)];
  if (value instanceof Uint8Array) return ['B', Buffer.from(value).toString('hex')];
  if (value instanceof Set) return ['set', ...[...value].map((one) => JSON.stringify(held(one))).toSorted()];
  if (Array.isArray(value)) return ['L', ...value.map(held)];
  const number = value as Partial<ExactNumber>;
  if (typeof number.toAttributeValue === 'function') {
    return ['N', decimalText(parseDecimal(number.toAttributeValue().N)!)];
  }
  const entries = [...(value instanceof Map ? value : Object.entries(value as object))] as [string, unknown][];
  const known = new Map(entries.filter(([, one]) => one !== undefined));
  return ['M', ...[...known].map(([name, one]) => [name, held(one)] as const).toSorted(([x], [y]) => (x < y ? -1 : 1))];
}

async function roundTrip(values: readonly unknown[], flat = false, pack: PackOptions = {}): Promise<void> {
  const { items, entries } = await packs(values, pack, flat);
  expect((await unpacked(items)).map(held)).toEqual(entries.map(({ value }) => held(value)));
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const digits = fc.stringMatching(/^[1-9]\d{0,36}$/);
const scalar = fc
  .oneof(
    text,
    fc.constantFrom('', '$', '{"$N":"1"}', '\t', '\n', '\u2028', null, true, false, 0, -0, 1e21, 1e-7, 0.1 + 0.2),
    fc.integer(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })
      .filter((n) => n === 0 || Math.abs(n) > 1e-12),
    fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }),
    digits.map((whole) => NumberValue.from(`0.${whole}`)),
    fc.uint8Array({ maxLength: 20 }),
  )
  .filter((value) => typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value));
const set = fc.oneof(
  fc.uniqueArray(text, { minLength: 1, maxLength: 4 }).map((members) => new Set(members)),
  fc
    .uniqueArray(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), { minLength: 1, maxLength: 4 })
    .map((n) => new Set(n)),
  fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => new Set([bytes])),
);
const name = fc.oneof(
  fc.constantFrom('$', '$N', '$B', '$SS', '$$N', '$oid', '__proto__', 'constructor', 'a', 'b', 'c', '1', 'uuid'),
  text.filter((one) => one !== ''),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    set,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
  ),
}));
const fields = fc.dictionary(
  name.filter((one) => one !== 'uuid'),
  value,
  { maxKeys: 5 },
);

describe('values in packs', () => {
  it('are given back exactly, whatever the single sink takes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 8 }), (values) => roundTrip(values)),
      { numRuns: 500 },
    );
  });

  it('are given back exactly beside landing attributes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fields, { minLength: 1, maxLength: 8 }), (values) => roundTrip(values, true)),
      { numRuns: 300 },
    );
  });

  it('are rows under one line of names where records are alike, and stand for themselves where they are not', async () => {
    const line = async (values: readonly unknown[]) => {
      const { items } = await packs(values, { compress: 'none' });
      return Buffer.from(items[0]!['records'] as Uint8Array).toString();
    };
    expect(
      await line([
        { a: 1, b: 'x' },
        { b: 'y', a: 2 },
      ]),
    ).toBe('["a","b"]\n[1,"x"]\n[2,"y"]');
    const nine = Object.fromEntries('abcdefghi'.split('').map((one) => [`name ${one}`, 1]));
    expect(await line([nine, { ...nine, 'name b': undefined }, nine])).toContain('\n[1,{"$":0},1,1,1,1,1,1,1]\n');
    expect(await line([{ a: 1 }, { other: 2 }])).toBe('null\n{"a":1}\n{"other":2}');
    expect(await line(['text', 1, [1], null])).toBe('null\n"text"\n1\n[1]\nnull');
  });

  it('say in JSON what JSON says, and tag the rest', async () => {
    const { items } = await packs(
      [[2n, 2n ** 64n, NumberValue.from('1.50'), NumberValue.from(`0.${'3'.repeat(38)}`), Buffer.from('hi')]],
      { compress: 'none' },
    );
    expect(Buffer.from(items[0]!['records'] as Uint8Array).toString()).toBe(
      `null\n[2,{"$N":"18446744073709551616"},1.5,{"$N":"${'3'.repeat(38)}E-38"},{"$B":"aGk="}]`,
    );
  });

  it('are whole numbers as bigint, and others as their digits, where a double would lose some', async () => {
    const { items } = await packs([[10n ** 30n + 1n, NumberValue.from(`0.${'3'.repeat(38)}`)]]);
    const read = async (options = {}) =>
      ((await unpack(items[0]!, options).next()).value as { record: unknown[] }).record;
    const [whole, fraction] = await read();
    expect(whole).toBe(10n ** 30n + 1n);
    expect(String(fraction)).toBe(`${'3'.repeat(38)}E-38`);
    expect((fraction as ExactNumber).toAttributeValue()).toEqual({ N: `${'3'.repeat(38)}E-38` });
    expect(await read({ exactNumber: (digits: string) => digits.length })).toEqual([31, 42]);
  });
});
