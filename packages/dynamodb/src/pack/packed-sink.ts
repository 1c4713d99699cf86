import type { Sink } from '@millrace/core';
import { type Entry, type Refusal, refusalOf } from '@millrace/core/plugin';
import { MAX_BATCH_ITEMS } from '../limits.ts';
import type { Preparation } from '../prepare.ts';
import { compressPack } from './compress-pack.ts';
import { exactWeight, INEXACT } from './exact-json.ts';
import type { LandedRecord } from './landed-record.ts';
import type { Packing } from './pack-options.ts';
import { type Group, groupReader } from './read-groups.ts';
import { roughBytes } from './rough-bytes.ts';
import { type Pack, splitGroup } from './split-group.ts';

/** Memory of the records in one write, roughly; one group more may come. */
const WRITE_BYTES: number = 2 * 1024 * 1024;

/** What becomes one item. */
interface Part {
  readonly records: readonly LandedRecord[];
  readonly fates: Group['fates'];
  /** Absent for a record that is an item of its own. */
  readonly pack?: Pack;
}

/**
 * A sink that lands adjacent records together, over one that puts each record as an item: packs are records to it. What
 * it would refuse is refused, record by record, with the same codes; a record that fits into no pack, and what a replay
 * brings, is landed as an item of its own. Refusing a pack refuses each record in it. The counter `packs` counts packs.
 */
export function packedSink<T>(single: Sink<T>, preparation: Preparation, packing: Packing): Sink<T> {
  const read = groupReader(preparation, packing);
  // Records that can be packed have keys by their place, which are unique.
  const { keyOf: _, ...rest } = single;
  return Object.freeze<Sink<T>>({
    ...rest,
    limits: { count: MAX_BATCH_ITEMS * packing.records, bytes: WRITE_BYTES },
    sizeOf,
    group: packing.records,
    writeSingly: single.write,
    write: async (entries, context) => {
      const refusals: Refusal[] = [];
      const parts: Part[] = [];
      let duplicates = 0;
      for (const group of read(entries, (position, error) => refusals.push(refusalOf(position, error)))) {
        const { fates, records } = group;
        const split = splitGroup(group, packing);
        for (const pack of split.packs) parts.push({ pack, records: pack.records, fates });
        for (const record of split.single) parts.push({ records: [record], fates });
        if (fates) duplicates += records.reduce((sum, { position }) => sum + fates.get(position)!.length - 1, 0);
      }
      const packs = parts.filter(({ pack }) => pack !== undefined).length;
      if (duplicates > 0) context.count('duplicates', duplicates);
      if (packs > 0) context.count('packs', packs);
      const out = await Promise.all(
        parts.map(async ({ pack, records }): Promise<Entry<T>> => {
          const entry = entries[records[0]!.position]!;
          return pack === undefined ? entry : inPlaceOf(entry, (await compressPack(pack, packing)) as T);
        }),
      );
      const refused = out.length === 0 ? [] : ((await single.write(out, context)) ?? []);
      for (const refusal of refused) {
        for (const position of positionsOf(parts[refusal.position]!)) refusals.push({ ...refusal, position });
      }
      return refusals.toSorted((a, b) => a.position - b.position);
    },
  });
}

/** A record as usual is weighed in a third of the time. */
function sizeOf(record: unknown): number {
  const weight = exactWeight(record);
  return weight === INEXACT ? roughBytes(record) : weight;
}

/** The runner's entries are not plain objects, so they are not spread. */
function inPlaceOf<T>({ ordinal, branch, item, feed, run, signal }: Entry<T>, value: T): Entry<T> {
  return { ordinal, branch, item, feed, run, signal, value };
}

function positionsOf({ records, fates }: Part): readonly number[] {
  return records.flatMap(({ position }) => fates?.get(position) ?? [position]);
}
