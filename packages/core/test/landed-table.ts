import { feed, type Feed, type Landed, type Sink, type Source } from '@millrace/core';
import {
  type Entry,
  landingEach,
  type LandingOptions,
  type PlacedRows,
  placedUuids,
  type RetiredRows,
} from '@millrace/core/plugin';
import { lines } from './fixtures.ts';

/** One version of an object: its content, and after how many chunks it breaks. */
export interface Version {
  readonly id: string;
  readonly chunks: readonly string[];
  readonly broken?: boolean;
  readonly sequencer?: string;
}

export const versions: Source<Version, string> = {
  name: 'versions',
  describe: () => 'object',
  open: async ({ id, chunks, broken, sequencer }) => ({
    origin: { id, uri: 'mem:object', lastModified: '2026-01-02T03:04:05.000Z' },
    ...(sequencer !== undefined && { sequencer }),
    chunks: async function* () {
      yield* chunks;
      if (broken === true) throw new Error('the object ends too early');
    },
  }),
};

export type Row = Landed<string>;

/** A table of landed rows by uuid, with a sink that can retire them. `retiring` runs before each call. */
export function table(retiring: (rows: RetiredRows) => Promise<void> = async () => {}) {
  const rows = new Map<string, Row>();
  const sink: Sink<Row> = {
    name: 'table',
    limits: { count: 3 },
    keyOf: ({ uuid }) => uuid,
    write: async (entries: readonly Entry<Row>[]) => {
      for (const { value } of entries) rows.set(value.uuid, value);
    },
    retire: async (retired) => {
      await retiring(retired);
      const keys =
        retired.by === 'place'
          ? [...placedUuids(retired as PlacedRows)].map(({ uuid }) => uuid)
          : [...rows.values()]
              .filter(({ generation = -1 }) => generation >= retired.from && generation < retired.to)
              .map(({ uuid }) => uuid);
      const there = keys.filter((uuid) => rows.has(uuid));
      if (!retired.dryRun) for (const uuid of there) rows.delete(uuid);
      return { considered: keys.length, deleted: there.length };
    },
  };
  return { sink, values: () => [...rows.values()].map(({ record }) => record).toSorted() };
}

export const landed = (
  sink: Sink<Row>,
  options: LandingOptions<string> = {},
  source: Source<Version, string> = versions,
): Feed<Version> =>
  feed('prices')
    .from(source)
    .through(lines())
    .through(landingEach<string, NonNullable<unknown>, 'nested'>('land', options, (record) => String(record)))
    .to(sink);
