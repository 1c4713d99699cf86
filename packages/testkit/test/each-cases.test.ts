import { randomUUID } from 'node:crypto';
import { drop, type Each, many, map, MillraceError } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { eachCases, type EachSample } from '../src/index.ts';
import { failingClauses } from './failing.ts';

interface Price {
  readonly cents: number;
  readonly tags?: readonly string[];
}

function priced(
  change: (price: Price, each: Each<Price, unknown>['apply']) => unknown = (price) => price,
): Each<Price, unknown> {
  const apply: Each<Price, unknown>['apply'] = (price) => {
    if (price.cents < 0) throw new MillraceError('PRICE_NEGATIVE', 'A price is not negative.');
    if (price.cents === 0) return drop;
    return price.tags === undefined ? price : many(price.tags);
  };
  return { kind: 'each', name: 'priced', apply: (price) => change(price, apply) as ReturnType<typeof apply> };
}

const sound = (): Each<Price, unknown> => priced((price, apply) => apply(price, undefined as never));

const SAMPLES: readonly EachSample<Price, unknown>[] = [
  { name: 'usual', input: { cents: 5 }, outputs: [{ cents: 5 }] },
  { name: 'free', input: { cents: 0 }, outputs: [] },
  { name: 'tagged', input: { cents: 1, tags: ['a', 'b'] }, outputs: ['a', 'b'] },
  { name: 'negative', input: { cents: -1 }, error: 'PRICE_NEGATIVE' },
];

const casesOf = (create: () => Each<Price, unknown>) => eachCases({ create, samples: SAMPLES });

describe('an each that keeps the contract', () => {
  for (const { clause, name, run } of casesOf(sound)) it(`${clause} ${name}`, run);

  it('may answer promises, and arrays, and throw without a code', async () => {
    const create = () =>
      map(async (row: readonly string[]) => {
        if (row.length === 0) throw new Error('empty');
        return row.toReversed();
      });
    const samples = [
      { name: 'row', input: ['a', 'b'], outputs: [['b', 'a']] },
      { name: 'empty', input: [], error: 'TRANSFORM_THREW' },
    ];
    expect(await failingClauses(eachCases({ create, samples }))).toEqual([]);
  });
});

const around =
  (change: (answer: unknown, price: Price) => unknown): (() => Each<Price, unknown>) =>
  () =>
    priced((price, apply) => change(apply(price, undefined as never), price));

describe('an each that breaks the contract fails the cases of what it breaks, and no other', () => {
  let count = 0;
  // What is different each time is not what a sample says, either: 4.3 follows from 4.1.
  it.each<[string, () => Each<Price, unknown>, readonly string[]]>([
    [
      'adds the time',
      around((answer, { cents }) => (cents === 5 ? { cents, at: new Date().getTime() } : answer)),
      ['4.1', '4.3'],
    ],
    [
      'adds the day',
      around((answer, { cents }) => (cents === 5 ? { cents, on: new Date().toDateString() } : answer)),
      ['4.1', '4.3'],
    ],
    [
      'adds chance',
      around((answer, { cents }) => (cents === 5 ? { cents, id: Math.random() } : answer)),
      ['4.1', '4.3'],
    ],
    [
      'adds a random key',
      around((answer, { cents }) => (cents === 5 ? { cents, id: randomUUID() } : answer)),
      ['4.1', '4.3'],
    ],
    [
      'counts records',
      around((answer, { cents }) => (cents === 5 ? { cents, id: (count += 1) } : answer)),
      ['4.1', '4.3'],
    ],
    [
      'changes the record that it is given',
      around((answer, price) => {
        Object.assign(price, { seen: true });
        return price.cents === 5 ? { cents: 5 } : answer;
      }),
      ['4.2'],
    ],
    [
      'throws without its code',
      () =>
        priced((price, apply) => {
          try {
            return apply(price, undefined as never);
          } catch {
            throw new Error('negative');
          }
        }),
      ['4.2', '4.3'],
    ],
    [
      'drops what it should reject',
      () =>
        priced((price, apply) => {
          try {
            return apply(price, undefined as never);
          } catch {
            return drop;
          }
        }),
      ['4.2', '4.3'],
    ],
    ['passes on what it should drop', around((answer, price) => (answer === drop ? price : answer)), ['4.3']],
    ['answers an array where it should fan out', around((answer, { tags }) => tags ?? answer), ['4.3']],
  ])('%s', async (_, create, clauses) => {
    expect(await failingClauses(eachCases({ create, samples: structuredClone(SAMPLES) }))).toEqual(clauses);
  });
});

it('refuses options that it cannot use', () => {
  expect(() => eachCases({ create: sound, samples: [] })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  const unknown = { create: sound, samples: SAMPLES, seeds: 1 };
  expect(() => eachCases(unknown)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
});
