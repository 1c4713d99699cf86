import { type LandingKeys, placedUuids, type PlacedRows, placesOf } from '@millrace/core/plugin';
import type { KeyNames } from '../key-identity.ts';
import { branchPackKey, packKey } from '../pack/pack-key.ts';
import type { Key } from './table-rows.ts';

/**
 * Says why the keys of landed rows cannot be computed again; `undefined` if they can.
 *
 * @param byScan whether rows with natural keys may be looked for in the whole table
 */
export function retireObstacle(
  { by, names }: LandingKeys,
  { partitionKey, sortKey }: KeyNames,
  byScan: boolean,
): string | undefined {
  if (by === 'content') {
    return byScan
      ? undefined
      : "keys that derive from content cannot be computed without it. Set dynamodbSink's retireByScan, which reads the " +
          "whole table each time, or use landingItem's key 'place'.";
  }
  if (partitionKey !== names.uuid) {
    return `the partition key must be the uuid of landingItem, ${JSON.stringify(names.uuid)}, but it is ${JSON.stringify(partitionKey)}.`;
  }
  const { upload_date, feed, source, source_version, ordinal } = names;
  const computed = [upload_date, feed, source, source_version, ordinal];
  if (sortKey === undefined || computed.includes(sortKey)) return undefined;
  return `the sort key ${JSON.stringify(sortKey)} is not one of ${computed.join(', ')} of landingItem.`;
}

/** The keys of every item that rows may have: of single records, and of packs of every size that groups are halved into. */
export function* retiredKeys(rows: PlacedRows, { partitionKey, sortKey }: KeyNames): Generator<Key> {
  const { names, dates, feed, origin } = rows;
  const { nameOf, version } = placesOf(origin.id);
  const keyOf = function* (uuid: string, ordinal: number | undefined): Generator<Key> {
    const partition = { [partitionKey]: { S: uuid } };
    if (sortKey === undefined) yield partition;
    else if (sortKey === names.feed) yield { ...partition, [sortKey]: { S: feed } };
    else if (sortKey === names.source) yield { ...partition, [sortKey]: { S: origin.uri } };
    else if (sortKey === names.source_version) yield { ...partition, [sortKey]: { S: version } };
    else if (sortKey === names.upload_date) for (const S of dates) yield { ...partition, [sortKey]: { S } };
    else if (ordinal !== undefined) yield { ...partition, [sortKey]: { N: String(ordinal) } };
  };
  for (const { uuid, ordinal } of placedUuids(rows)) yield* keyOf(uuid, ordinal);
  for (const name of packNames(rows)) yield* keyOf(nameOf(name), undefined);
}

function* packNames({ from, to, groups, branches }: PlacedRows): Generator<string> {
  const lengths = groups.filter((length) => length > 1);
  const named = new Set<string>();
  for (const length of lengths) {
    for (let first = from; first < to; first += length) {
      for (const name of halves(first, length)) {
        if (named.has(name)) continue;
        named.add(name);
        yield name;
      }
    }
  }
  if (lengths.length === 0 || branches.length === 0) return;
  for (const { ordinal, branch } of placesIn(from, to, branches)) yield branchPackKey(ordinal, branch);
}

function* halves(first: number, length: number): Generator<string> {
  yield packKey(first, length);
  if (length === 1) return;
  const half = length >> 1;
  yield* halves(first, half);
  yield* halves(first + half, length - half);
}

/** A pack of branches is named by the first of them. */
function* placesIn(
  from: number,
  to: number,
  branches: readonly number[],
): Generator<{ readonly ordinal: number; readonly branch: string }> {
  const all = [...branchesOf(branches)];
  for (let ordinal = from; ordinal < to; ordinal += 1) for (const branch of all) yield { ordinal, branch };
}

function* branchesOf(bounds: readonly number[], level = 0, branch = ''): Generator<string> {
  yield branch;
  for (let index = 0; index < (bounds[level] ?? 0); index += 1)
    yield* branchesOf(bounds, level + 1, branch === '' ? String(index) : `${branch}.${index}`);
}
