import type { MillraceError } from '@millrace/core';
import { type Entry, placesOf, type PlaceUuids } from '@millrace/core/plugin';
import { type Preparation, prepare } from '../prepare.ts';
import { positionsOf } from '../put.ts';
import { type EntryRun, entryRuns, isTorn } from './entry-runs.ts';
import { type LandedRecord, type Shared, takeApart } from './landed-record.ts';
import type { Packing } from './pack-options.ts';
import { readQuickly } from './quick-group.ts';

/** What is known about the object that records are from. */
export interface PackedObject {
  readonly shared: Shared;
  readonly places: PlaceUuids;
}

/** The records of a group that the single sink would send, in order. */
export interface Group {
  readonly first: number;
  readonly object: PackedObject;
  readonly records: readonly LandedRecord[];
  /** The text of all of them, where JSON says each of them exactly. */
  readonly text?: string;
  /** By a record's position, those that share its fate, as its key is theirs; itself is the last. Absent where each is alone. */
  readonly fates?: ReadonlyMap<number, readonly number[]>;
}

type Entries = readonly Entry<unknown>[];
type Refuse = (position: number, error: MillraceError) => void;

/** Reads the groups of a write, and tells `refuse` of the records that the single sink would refuse. */
export type ReadGroups = (entries: Entries, refuse: Refuse) => Iterable<Group>;

/**
 * Reads each group quickly where its records are as usual, and else as the single sink does, which prepares each record in
 * full only to learn what it would refuse.
 */
export function groupReader(preparation: Preparation, { names, records: length }: Packing): ReadGroups {
  const quickly = readQuickly(names, preparation);
  const apart = takeApart(names);

  const closely = function* (entries: Entries, { start, end }: Pick<EntryRun, 'start' | 'end'>, refuse: Refuse) {
    const some = entries.slice(start, end);
    const { puts } = prepare(some, preparation, (position, error) => refuse(start + position, error));
    const absolute = puts.map((put) => positionsOf(put).map((position) => start + position));
    const fates = new Map(absolute.map((positions) => [positions.at(-1)!, positions]));
    const positions = [...fates.keys()].toSorted((a, b) => a - b);
    const landed = positions.map((position) => entries[position]!);
    for (const run of entryRuns(landed, length)) {
      const places = placesOf(run.item);
      let shared: Shared | undefined;
      const records: LandedRecord[] = [];
      for (let index = run.start; index < run.end; index += 1) {
        const taken = apart(landed[index]!, positions[index]!, places, shared);
        shared ??= taken.shared;
        records.push(taken.record);
      }
      yield { first: run.first, object: { shared: shared!, places }, records, fates };
    }
  };

  return function* (entries, refuse): Generator<Group> {
    const runs = entryRuns(entries, length);
    // Which of two deliveries of one object is landed shows only where both are seen.
    if (isTorn(runs)) return yield* closely(entries, { start: 0, end: entries.length }, refuse);
    for (const run of runs) {
      const places = placesOf(run.item);
      const quick = quickly(entries, run, places);
      if (quick === undefined) yield* closely(entries, run, refuse);
      else yield { first: run.first, object: { shared: quick.shared, places }, ...quick };
    }
  };
}
