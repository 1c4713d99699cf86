import type { LandingNames, NameUuid } from '@millrace/core';
import { itemSize } from '../item-size.ts';
import type { LandedRecord, Shared } from './landed-record.ts';
import { DEFAULT_NAMES, LAYOUT_VERSION, PACK_ATTRIBUTES } from './layout.ts';
import type { Packing } from './pack-options.ts';
import { packText } from './pack-text.ts';

/** What is known about the object that the records are from. */
export interface PackedObject {
  readonly shared: Shared;
  /** The namespace of its places, as a UUID. */
  readonly space: string;
  readonly nameOf: NameUuid;
}

/** An item that holds records. */
export interface Pack {
  readonly item: Readonly<Record<string, unknown>>;
  readonly records: readonly LandedRecord[];
}

/** The packs of a group, and the records that fit into none. */
export interface SplitGroup {
  readonly packs: readonly Pack[];
  readonly single: readonly LandedRecord[];
}

/** Ordinals `[first, first + length)`. */
interface Range {
  readonly first: number;
  readonly length: number;
}

/**
 * Makes the packs of one group of ordinals. Which records share a pack depends on their ordinals and on the length of
 * their text, and on nothing else: not on how well it compresses, nor on the other groups.
 *
 * Where a group is too large, the records that fit into no pack are left out first, so that they do not move the bounds of
 * the others; then its range is halved until each part fits. An ordinal of which the branches are too large together is
 * halved by branches.
 */
export function splitGroup(
  first: number,
  records: readonly LandedRecord[],
  object: PackedObject,
  packing: Packing,
): SplitGroup {
  const range = { first, length: packing.records };
  const whole = pack(keyOf(range), records, object, packing);
  if (whole !== undefined) return { packs: [whole], single: [] };
  const single = records.filter((record) => pack('', [record], object, packing) === undefined);
  const fitting = single.length === 0 ? records : records.filter((record) => !single.includes(record));
  return { packs: [...packsOf(range, fitting, object, packing)], single };
}

function* packsOf(
  range: Range,
  records: readonly LandedRecord[],
  object: PackedObject,
  packing: Packing,
): Generator<Pack> {
  if (records.length === 0) return;
  const whole = pack(keyOf(range), records, object, packing);
  if (whole !== undefined) return yield whole;
  const { first, length } = range;
  if (length === 1) return yield* packsOfBranches(records, object, packing);
  const half = length >> 1;
  const middle = first + half;
  const before = records.filter(({ ordinal }) => ordinal < middle);
  yield* packsOf({ first, length: half }, before, object, packing);
  yield* packsOf({ first: middle, length: length - half }, records.slice(before.length), object, packing);
}

/** The records of one ordinal, which fan-out has made. Each fits by itself. */
function* packsOfBranches(records: readonly LandedRecord[], object: PackedObject, packing: Packing): Generator<Pack> {
  const { ordinal, branch } = records[0]!;
  const whole = pack(`${ordinal}.${branch}+${records.length}`, records, object, packing);
  if (whole !== undefined) return yield whole;
  const half = records.length >> 1;
  yield* packsOfBranches(records.slice(0, half), object, packing);
  yield* packsOfBranches(records.slice(half), object, packing);
}

/** Names a pack among the places of its object; no place of a record has a plus sign. */
function keyOf({ first, length }: Range): string {
  return `${first}+${length}`;
}

/** `undefined` where the records are too large for one item. */
function pack(
  key: string,
  records: readonly LandedRecord[],
  { shared, space, nameOf }: PackedObject,
  { maxItemBytes, encoding, compress, names }: Packing,
): Pack | undefined {
  const flat = records.some((record) => record.flat);
  const text = Buffer.from(packText(flat ? records.map((record) => flattened(record, names)) : records));
  const plain = {
    [names.uuid]: nameOf(key),
    [names.upload_date]: shared.upload_date,
    [names.feed]: shared.feed,
    [names.source]: shared.source,
    [PACK_ATTRIBUTES.first]: records[0]!.ordinal,
    [PACK_ATTRIBUTES.last]: records.at(-1)!.ordinal,
    [PACK_ATTRIBUTES.count]: records.length,
    [PACK_ATTRIBUTES.version]: LAYOUT_VERSION,
    [PACK_ATTRIBUTES.encoding]: 'none',
    [PACK_ATTRIBUTES.space]: space,
    ...(flat && { [PACK_ATTRIBUTES.flat]: true }),
    ...otherNames(names),
    [PACK_ATTRIBUTES.records]: text,
  };
  if (itemSize(plain) > maxItemBytes) return undefined;
  const compressed = compress(text);
  if (compressed.byteLength + encoding.length >= text.byteLength + 'none'.length) return { item: plain, records };
  return {
    item: { ...plain, [PACK_ATTRIBUTES.encoding]: encoding, [PACK_ATTRIBUTES.records]: compressed },
    records,
  };
}

/** Beside a record that is flat, one that is not shows its attribute, too. */
function flattened(record: LandedRecord, names: LandingNames): LandedRecord {
  return record.flat ? record : { ...record, value: { [names.record]: record.value } };
}

function otherNames(names: LandingNames): Readonly<Record<string, unknown>> {
  const others = Object.entries(names).filter(([key, name]) => DEFAULT_NAMES[key as keyof LandingNames] !== name);
  return others.length === 0 ? {} : { [PACK_ATTRIBUTES.names]: Object.fromEntries(others) };
}
