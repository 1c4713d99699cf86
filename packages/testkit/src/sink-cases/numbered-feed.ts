import {
  drop,
  type Each,
  type Feed,
  feed,
  type ItemOrigin,
  many,
  type Parser,
  type Sink,
  type Source,
} from '@millrace/core';
import type { MemoryRef } from '../memory-source.ts';
import type { Place, SinkStand } from './sink-stand.ts';

/** What becomes of a record in a {@link numberedFeed}. */
function fateOf(ordinal: number): 'dropped' | 'branches' | 'one' {
  return ordinal % 11 === 3 ? 'dropped' : ordinal % 7 === 1 ? 'branches' : 'one';
}

const numbers: Parser<number, number> = {
  kind: 'parser',
  name: 'numbers',
  start: () => ({ push: (number) => [number] }),
};

const fanOut: Each<number, number> = {
  kind: 'each',
  name: 'fanOut',
  apply: (number) => {
    const fate = fateOf(number);
    return fate === 'dropped' ? drop : fate === 'branches' ? many([number, number]) : number;
  },
};

/** A feed of objects that hold the numbers from 0 on. Some records are dropped, some become two, and each says its place. */
export function numberedFeed<T>(
  source: Source<MemoryRef, number>,
  { entries }: SinkStand<T>,
  sink: Sink<T>,
): Feed<MemoryRef> {
  const records: Each<number, T> = {
    kind: 'each',
    name: 'records',
    apply: async (_, { ordinal, branch, item }) => (await entries([{ ordinal, branch, item }]))[0]!.value as Awaited<T>,
  };
  return feed('cases').from(source).through(numbers).through(fanOut).through(records).to(sink);
}

/** Returns the locations of the records of a {@link numberedFeed}, for an object with the given count. */
export function numberedPlaces(item: ItemOrigin, count: number): readonly Place[] {
  return Array.from({ length: count }, (_, ordinal) => ordinal).flatMap((ordinal): readonly Place[] => {
    const fate = fateOf(ordinal);
    if (fate === 'dropped') return [];
    return fate === 'branches' ? ['0', '1'].map((branch) => ({ item, ordinal, branch })) : [{ item, ordinal }];
  });
}

export function numbersUpTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number);
}
