import type { Entry, Refusal } from '@millrace/core/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dynamodbSink, landingItem, packed, type PackOptions } from '../src/index.ts';
import { packing } from '../src/pack/pack-options.ts';
import { packedSink } from '../src/pack/packed-sink.ts';
import { itemStore } from './support/item-store.ts';
import { sinkContext } from './support/land.ts';
import { origin, recordContext } from './support/write.ts';

interface Place {
  readonly ordinal: number;
  readonly branch: string;
  readonly value: unknown;
}

interface Outcome {
  /** Their attributes, by name. */
  readonly items: readonly string[];
  readonly refusals: readonly object[];
  readonly counters: Readonly<Record<string, number>>;
  readonly thrown: unknown;
}

type Change = (item: Readonly<Record<string, unknown>>) => object;

/** What a packed sink makes of records, after `change` was made to each landed item. */
async function outcome(
  places: readonly Place[],
  pack: PackOptions,
  change: Change,
  sortKey?: string,
): Promise<Outcome> {
  const landing = landingItem<unknown>();
  const entries = places.map(({ ordinal, branch, value }) => {
    const context = recordContext(ordinal, branch);
    return { ...context, value: change(landing.apply(value, context) as never) } as Entry<never>;
  });
  const keys = { partitionKey: 'uuid', sortKey, allowUnsafe: false };
  const store = itemStore();
  const counters: Record<string, number> = {};
  const count = (name: string, by = 1): void => {
    counters[name] = (counters[name] ?? 0) + by;
  };
  try {
    const sink = packedSink(store.sink, keys, packing(pack, keys));
    const refusals = (await sink.write(entries, { ...sinkContext, count })) ?? [];
    return { items: shown(store.items.values()), refusals: refusals.map(anywhere), counters, thrown: undefined };
  } catch (thrown) {
    return { items: shown(store.items.values()), refusals: [], counters, thrown };
  }
}

/** A refusal without the position of the landed item's attribute, which is another one where attributes change places. */
function anywhere({ message, details, ...rest }: Refusal): object {
  const [first, ...path] = (details?.['path'] ?? []) as readonly number[];
  return { ...rest, path, message: message.replace(`position ${first}`, 'position') };
}

/** What items hold, in whatever order their attributes stand. */
function shown(items: Iterable<object>): readonly string[] {
  const value = (_: string, one: unknown): unknown =>
    one instanceof Set ? [...one] : one instanceof Map ? [...one] : typeof one === 'bigint' ? `${one}n` : one;
  return [...items].map((item) =>
    JSON.stringify(
      Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      value,
    ),
  );
}

/** The same item, with its attributes in another order: which is unusual, so that it is looked at closely. */
const reordered: Change = (item) => Object.fromEntries(Object.entries(item).toReversed());
const asItIs: Change = (item) => item;

/** Reading quickly and reading closely come to the same. */
async function agree(places: readonly Place[], pack: PackOptions = {}, sortKey?: string): Promise<Outcome> {
  const quick = await outcome(places, pack, asItIs, sortKey);
  expect(quick).toEqual(await outcome(places, pack, reordered, sortKey));
  return quick;
}

const inOrder = (values: readonly unknown[]): readonly Place[] =>
  values.map((value, ordinal) => ({ ordinal, branch: '', value }));

const deep = (levels: number): unknown => (levels === 0 ? 1 : { in: deep(levels - 1) });

const odd = fc.constantFrom<unknown>(
  undefined,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 60,
  1e126,
  1e-131,
  1.5e-129,
  -0,
  1e21,
  12n,
  new Set(['a']),
  new Set(),
  new Map([['a', 1]]),
  new Date(0),
  Buffer.from('hi'),
  () => 1,
  '\ud83d',
  'a literal \\ud83d',
  '👍',
  '],[',
  'tab\tand\nline',
  [[1], [2]],
  [undefined],
  Array.from({ length: 2 }),
  { $B: 'aGk=' },
  { $: 1 },
  { $a: 1, $b: 2 },
  { '': 1 },
  { '\udc00': 1 },
  { a: undefined },
  { toJSON: 'x' },
  { toJSON: () => 'x' },
  Object.create(null),
  Object.assign(Object.create(null) as object, { n: 1 }),
  JSON.parse('{"__proto__":{"a":1},"n":1}'),
  deep(15),
  deep(16),
  deep(31),
  deep(32),
  'x'.repeat(140_000),
  '€'.repeat(140_000),
  null,
  'text',
  7,
  [],
  {},
);
const plain = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
);
const mostly = fc.oneof({ weight: 12, arbitrary: plain }, { weight: 1, arbitrary: odd });
const record = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ id: fc.integer(), name: mostly, more: fc.record({ n: plain, list: fc.array(mostly) }) }),
  },
  { weight: 2, arbitrary: fc.record({ id: fc.nat(), a: plain, b: plain, c: mostly }, { requiredKeys: ['id'] }) },
  { weight: 1, arbitrary: odd },
);
const records = fc.array(
  fc.record({
    step: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 5, 0),
    branch: fc.constantFrom('', '', '', '', '', '0', '1', '0.1'),
    value: record,
  }),
  { minLength: 1, maxLength: 30 },
);

describe('groups of usual records', () => {
  it('become what a closer look makes of them, whatever is among them', async () => {
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.constantFrom(2, 5, 100),
        fc.constantFrom(1024, 4096, 409_600),
        fc.constantFrom('deflate-raw', 'none'),
        async (steps, length, maxItemBytes, compress) => {
          let ordinal = -1;
          const places = steps.map(({ step, branch, value }) => ({
            ordinal: (ordinal = Math.max(0, ordinal + step)),
            branch,
            value,
          }));
          await agree(places, { records: length, maxItemBytes, compress });
        },
      ),
      { numRuns: 400 },
    );
  });

  it('are told from those with one odd value, for each that there is', async () => {
    for (const value of fc.sample(odd, { numRuns: 200, seed: 1 })) {
      await agree(
        inOrder([
          { n: 1, value: 'x' },
          { n: 2, value },
          { n: 3, value: { value } },
        ]),
      );
      await agree(inOrder([1, value, 3]));
    }
  });

  it('land the last of records that come twice, and count the others', async () => {
    const twice = [0, 1, 2, 1].map((ordinal, n) => ({ ordinal, branch: '', value: { n } }));
    expect((await agree(twice, { compress: 'none' })).counters).toEqual({ duplicates: 1, packs: 1 });
    const delivered = [0, 5, 0, 5].map((ordinal, n) => ({ ordinal, branch: '', value: { n } }));
    const { counters } = await agree(delivered, { records: 2, compress: 'none' });
    expect(counters).toEqual({ duplicates: 2, packs: 2 });
    const branches = ['0', '1', '0'].map((branch, n) => ({ ordinal: 3, branch, value: { n } }));
    expect((await agree(branches)).counters).toEqual({ duplicates: 1, packs: 1 });
  });

  it('have a sort key that the table takes, or are refused', async () => {
    const long = { ...origin, uri: `s3://prices/${'x'.repeat(1100)}` };
    const landing = landingItem<unknown>();
    const refusalsOf = async (sortKey: string | undefined): Promise<readonly string[]> => {
      const context = recordContext(0, '', long);
      const entries = [{ ...context, value: landing.apply({ n: 1 }, context) } as Entry<never>];
      const keys = { partitionKey: 'uuid', sortKey, allowUnsafe: false };
      const refusals = await packedSink(itemStore().sink, keys, packing({}, keys)).write(entries, sinkContext);
      return (refusals ?? []).map(({ code }) => code);
    };
    expect(await refusalsOf('source')).toEqual(['DYNAMODB_KEY_TOO_LONG']);
    expect(await refusalsOf('feed')).toEqual([]);
    expect(await refusalsOf(undefined)).toEqual([]);
  });

  it('are weighed as other records are, so that a write has no more of them', () => {
    const sink = dynamodbSink({ table: 'landing', pack: packed() });
    const size = (value: object): number => sink.sizeOf!({ uuid: '', ...value });
    const usual = { text: 'x'.repeat(500), list: [1, true, null], map: { a: 1.5 } };
    expect(size({ ...usual, id: 1 })).toBe(size({ ...usual, id: 1n }));
  });
});
