import { type Entry, landingNamespace, namesIn, type Refusal, type Sink } from '@millrace/core';
import { MAX_BATCH_ITEMS } from '../limits.ts';
import { type Preparation, prepare } from '../prepare.ts';
import { refusalOf } from '../refusal-of.ts';
import { type Shared, takeApart, type TakeApart } from './landed-record.ts';
import type { Packing } from './pack-options.ts';
import { roughBytes } from './rough-bytes.ts';
import { splitGroup } from './split-group.ts';

/** Memory of the records in one write, roughly; one group more may come. */
const WRITE_BYTES: number = 2 * 1024 * 1024;

/** The entries of one group of ordinals of one item, by their positions in the write. */
interface Group {
  readonly first: number;
  readonly positions: readonly number[];
}

/**
 * A sink that lands adjacent records together, over one that puts each record as an item: packs are records to it. What
 * it would refuse is refused, record by record, with the same codes; a record that fits into no pack, and what a replay
 * brings, is landed as an item of its own. Refusing a pack refuses each record in it. The counter `packs` counts packs.
 */
export function packedSink<T>(single: Sink<T>, preparation: Preparation, packing: Packing): Sink<T> {
  const apart = takeApart(packing.names);
  return Object.freeze<Sink<T>>({
    ...single,
    limits: { count: MAX_BATCH_ITEMS * packing.records, bytes: WRITE_BYTES },
    sizeOf: (value) => roughBytes(value),
    group: packing.records,
    writeSingly: single.write,
    write: async (entries, context) => {
      const refusals: Refusal[] = [];
      const fates = fatesByPosition(entries, preparation, (position, error) => {
        refusals.push(refusalOf(position, error));
      });
      const out: Entry<T>[] = [];
      /** For each of `out`, the positions of the entries in it. */
      const within: (readonly number[])[] = [];
      let packs = 0;
      for (const group of groupsOf(entries, [...fates.keys()], packing.records)) {
        const split = packGroup(group, entries, apart, packing);
        for (const { item, records } of split.packs) {
          out.push(inPlaceOf(entries[records[0]!.position]!, item as T));
          within.push(records.flatMap(({ position }) => fates.get(position)!));
        }
        for (const { position } of split.single) {
          out.push(entries[position]!);
          within.push(fates.get(position)!);
        }
        packs += split.packs.length;
      }
      const shared = [...fates.values()].reduce((sum, { length }) => sum + length - 1, 0);
      if (shared > 0) context.count('duplicates', shared);
      if (packs > 0) context.count('packs', packs);
      const refused = out.length === 0 ? [] : ((await single.write(out, context)) ?? []);
      for (const refusal of refused) {
        for (const position of within[refusal.position]!) refusals.push({ ...refusal, position });
      }
      return refusals.toSorted((a, b) => a.position - b.position);
    },
  });
}

/** An entry of the runner's is no plain object, so it is not spread. */
function inPlaceOf<T>({ ordinal, branch, item, feed, run, signal }: Entry<T>, value: T): Entry<T> {
  return { ordinal, branch, item, feed, run, signal, value };
}

/**
 * The records that the single sink would send, in order, each with the positions that share its fate: the last of those
 * with one key is landed. What the single sink would send of them is let go at once.
 */
function fatesByPosition(...work: Parameters<typeof prepare>): ReadonlyMap<number, readonly number[]> {
  const { puts } = prepare(...work);
  const fates = puts.map(({ positions }) => [positions.at(-1)!, positions] as const);
  return new Map(fates.toSorted(([a], [b]) => a - b));
}

/** Entries come in the order of their ordinals, one item's after another's. */
function groupsOf(entries: readonly Entry<unknown>[], positions: readonly number[], length: number): readonly Group[] {
  const groups: { first: number; item: string; positions: number[] }[] = [];
  for (const position of positions) {
    const { ordinal, item } = entries[position]!;
    const first = ordinal - (ordinal % length);
    const last = groups.at(-1);
    if (last?.first === first && last.item === item.id) last.positions.push(position);
    else groups.push({ first, item: item.id, positions: [position] });
  }
  return groups;
}

function packGroup(
  { first, positions }: Group,
  entries: readonly Entry<unknown>[],
  apart: TakeApart,
  packing: Packing,
) {
  const { id } = entries[positions[0]!]!.item;
  const space = landingNamespace('item', id);
  const nameOf = namesIn(space);
  let shared: Shared | undefined;
  const records = positions.map((position) => {
    const taken = apart(entries[position]!, position, nameOf, shared);
    shared ??= taken.shared;
    return taken.record;
  });
  return splitGroup(first, records, { shared: shared!, space, nameOf }, packing);
}
