import assert from 'node:assert/strict';
import type { ItemOrigin, RecordContext, Sink } from '@millrace/core';
import type { Context, Entry, Refusal } from '@millrace/core/plugin';
import { caseContext } from '../item-context.ts';
import type { SinkBench, SinkCasesOptions, SinkSupports } from './sink-bench.ts';

/** Where a record of a case stands. */
export interface Place {
  readonly ordinal: number;
  readonly branch?: string;
  readonly item?: ItemOrigin;
}

/** What a case works with: the bench, and what is made of its options. */
export interface SinkStand<T> {
  readonly bench: SinkBench<T>;
  readonly sink: Sink<T>;
  readonly supports: SinkSupports;
  /** Ordinals that belong together: 1 where the sink has no groups. */
  readonly group: number;
  /** Places of so many groups of the first item, from a group on, but no more than one write may have. */
  readonly places: (groups: number, firstGroup?: number) => readonly Place[];
  readonly entries: (places: readonly Place[]) => Promise<readonly Entry<T>[]>;
  /** An entry of a place with a text of its own: under the same key as any other of that place. */
  readonly revised: (place: Place, text: string) => Promise<Entry<T>>;
  /** An entry with a natural key and a generation; `undefined` if the cases have no such records. */
  readonly keyed:
    | ((
        place: Place,
        row: { readonly key: string; readonly text: string; readonly generation: number },
      ) => Promise<Entry<T>>)
    | undefined;
  /** An entry that the sink refuses. */
  readonly bad: (place: Place) => Promise<Entry<T>>;
  readonly badCode: string;
  readonly write: (entries: readonly Entry<T>[], sink?: Sink<T>, context?: Context) => Promise<readonly Refusal[]>;
  /** Writes entries and fails where one is refused. */
  readonly accepts: (entries: readonly Entry<T>[], sink?: Sink<T>) => Promise<void>;
  /** Fails unless exactly the records of these places are stored, each once. */
  readonly holds: (places: readonly Place[]) => Promise<void>;
}

export interface SinkCase {
  readonly name: string;
  readonly clause: string;
  /** The capability without which the case does not apply. */
  readonly needs?: keyof SinkSupports;
  readonly check: <T>(stand: SinkStand<T>) => Promise<void>;
}

/** The items that records of cases come from: two versions of one object, and another object. */
export const ITEMS: readonly ItemOrigin[] = [
  { id: 'cases:a?version=1', uri: 'cases:a', lastModified: '2026-01-02T03:04:05.000Z' },
  { id: 'cases:a?version=2', uri: 'cases:a', lastModified: '2026-01-02T03:04:06.000Z' },
  { id: 'cases:b?version=1', uri: 'cases:b', lastModified: '2026-01-02T03:04:07.000Z' },
];

/** The text of the record at a place: no two places have the same. */
function textOf({ ordinal, branch = '', item = ITEMS[0]! }: Place): string {
  return `${item.id}#${ordinal}${branch === '' ? '' : `.${branch}`}`;
}

export function createStand<T>(
  bench: SinkBench<T>,
  { record, refused, keyed, supports }: SinkCasesOptions<T>,
): SinkStand<T> {
  const { sink } = bench;
  const { group = 1, limits = {} } = sink;
  const context = ({ ordinal, branch = '', item = ITEMS[0]! }: Place, run: string): RecordContext => {
    return { ordinal, branch, item, feed: 'cases', run, signal: caseContext().signal };
  };
  const entry = async (place: Place, make: (place: RecordContext) => T | Promise<T>): Promise<Entry<T>> => {
    const where = context(place, 'run 1');
    return { ...where, value: await make(where) };
  };
  const write: SinkStand<T>['write'] = async (entries, to = sink, about = caseContext()) =>
    (await to.write(entries, about)) ?? [];
  return {
    bench,
    sink,
    supports,
    group,
    places: (groups, firstGroup = 0) => {
      const most = Math.max(1, Math.floor((limits.count ?? 500) / group));
      return Array.from({ length: Math.min(groups, most) * group }, (_, index) => ({
        ordinal: firstGroup * group + index,
      }));
    },
    entries: (places) =>
      Promise.all(places.map((place) => entry(place, (where) => record(textOf(place), where) as T | Promise<T>))),
    revised: (place, text) => entry(place, (where) => record(text, where) as T | Promise<T>),
    keyed:
      keyed &&
      (async (place, { key, text, generation }) => {
        const where = { ...context(place, 'run 1'), generation };
        return { ...where, value: await keyed(text, key, where) };
      }),
    bad: async (place) => {
      assert.ok(refused !== undefined, 'The cases must have `refused` for what the plugin says it supports.');
      return entry(place, (where) => refused.record(where) as T | Promise<T>);
    },
    badCode: refused?.code ?? '',
    write,
    accepts: async (entries, to) => assert.deepEqual(await write(entries, to), [], 'Every entry must be accepted.'),
    holds: async (places) => {
      const stored = (await bench.stored()).toSorted();
      assert.deepEqual(
        stored,
        places.map(textOf).toSorted(),
        'Exactly what was accepted must be stored, each record once.',
      );
    },
  };
}
