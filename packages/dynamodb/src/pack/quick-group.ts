import type { Entry, LandingNames, PlaceUuids } from '@millrace/core/plugin';
import type { KeyNames } from '../key-identity.ts';
import { MAX_ITEM_BYTES, MAX_SORT_KEY_BYTES } from '../limits.ts';
import type { EntryRun } from './entry-runs.ts';
import { exactWeight, INEXACT } from './exact-json.ts';
import type { LandedRecord, Shared } from './landed-record.ts';
import { packText } from './pack-text.ts';

/** The records of a group that needs no closer look. */
export interface QuickGroup {
  readonly shared: Shared;
  readonly records: readonly LandedRecord[];
  /** The text of all of them. */
  readonly text: string;
}

/**
 * Reads the records of a group in one pass, where all of them are as usual: nested records that landing has made and nobody
 * has changed, of plain JSON, far from the limit of an item's size. Where anything is otherwise, or might be, it answers
 * `undefined`: the group is then prepared as single items are, and taken apart one by one, which finds what to refuse.
 */
export type ReadQuickly = (
  entries: readonly Entry<unknown>[],
  run: EntryRun,
  places: PlaceUuids,
) => QuickGroup | undefined;

type Fields = Readonly<Record<string, unknown>>;

/** How JSON begins to say half a surrogate pair, which DynamoDB does not take. Other text may look like it. */
const HALF_PAIR = '\\ud';

/** Bytes as stored for a character, or for each of a record's weight, at most. */
const WEIGHT_BYTES = 3;

/** More than uuid and ordinal of a record take. */
const FRAME_BYTES = 256;

/** Names and shared texts up to this length are usual. */
const USUAL_LENGTH = 2048;

export function readQuickly(names: LandingNames, { sortKey }: KeyNames): ReadQuickly {
  const { uuid, upload_date, feed, source, source_version, ordinal: number } = names;
  const plain = [uuid, upload_date, feed, source, source_version, number, names.record];
  const branched = plain.toSpliced(-1, 0, names.branch);
  if (!branched.every(isUsualText)) return () => undefined;
  return (entries, { start, end }, places) => {
    const shared = sharedOf(entries[start]!.value as Fields | null | undefined, names, sortKey);
    if (shared === undefined) return undefined;
    const frame = FRAME_BYTES + WEIGHT_BYTES * lengthOf([...branched, ...Object.values(shared)]);
    const records: LandedRecord[] = [];
    const isNext = ascending();
    for (let position = start; position < end; position += 1) {
      const { value, ordinal, branch } = entries[position]!;
      const item = value as Fields;
      const isAsLanded =
        isNext(ordinal, branch) &&
        hasAttributes(item, branch === '' ? plain : branched) &&
        item[names.ordinal] === ordinal &&
        (branch === '' || item[names.branch] === branch) &&
        item[names.upload_date] === shared.upload_date &&
        item[names.feed] === shared.feed &&
        item[names.source] === shared.source &&
        item[names.source_version] === places.version &&
        item[names.uuid] === places.of(ordinal, branch);
      if (!isAsLanded) return undefined;
      const record = item[names.record];
      const weight = exactWeight(record);
      if (weight === INEXACT || frame + WEIGHT_BYTES * (weight + branch.length) > MAX_ITEM_BYTES) return undefined;
      records.push({ ordinal, branch, position, flat: false, value: record });
    }
    const text = packText(records, true);
    return text.includes(HALF_PAIR) ? undefined : { shared, records, text };
  };
}

/** What the entries of a group have in common, by its first; `undefined` where it is unusual. */
function sharedOf(
  item: Fields | null | undefined,
  names: LandingNames,
  sortKey: string | undefined,
): Shared | undefined {
  const shared = { upload_date: item?.[names.upload_date], feed: item?.[names.feed], source: item?.[names.source] };
  if (!Object.values(shared).every(isUsualText)) return undefined;
  const key = sortKey === undefined ? 'any' : (item![sortKey] as string);
  return key !== '' && WEIGHT_BYTES * key.length <= MAX_SORT_KEY_BYTES ? (shared as Shared) : undefined;
}

/** One that DynamoDB takes, if not as a key. */
function isUsualText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= USUAL_LENGTH && value.isWellFormed();
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

/** Tells whether each place comes after the one before, or is another branch of its ordinal: so that none comes twice. */
function ascending(): (ordinal: number, branch: string) => boolean {
  let last = -1;
  let branches: Set<string> | undefined;
  return (ordinal, branch) => {
    if (ordinal > last) {
      last = ordinal;
      branches = branch === '' ? undefined : new Set([branch]);
      return true;
    }
    return ordinal === last && branch !== '' && branches !== undefined && branches.size < branches.add(branch).size;
  };
}

/** Whether an item has these attributes, in this order, and no others. */
function hasAttributes(item: unknown, names: readonly string[]): boolean {
  if (typeof item !== 'object' || item === null || Object.getPrototypeOf(item) !== Object.prototype) return false;
  const own = Object.keys(item);
  if (own.length !== names.length) return false;
  for (let index = 0; index < own.length; index += 1) if (own[index] !== names[index]) return false;
  return true;
}
