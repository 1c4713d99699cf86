import type { LandingNames } from '@millrace/core/plugin';
import { itemSize } from '../item-size.ts';
import type { LandedRecord } from './landed-record.ts';
import { DEFAULT_NAMES, LAYOUT_VERSION, PACK_ATTRIBUTES } from './layout.ts';
import type { Packing } from './pack-options.ts';
import { branchPackKey, packKey } from './pack-key.ts';
import { packText } from './pack-text.ts';
import type { Group, PackedObject } from './read-groups.ts';
import { utf8Text } from './utf8-text.ts';

/** An item that holds records, as it is without compression. */
export interface Pack {
  readonly item: Readonly<Record<string, unknown>>;
  readonly text: Buffer;
  readonly records: readonly LandedRecord[];
}

/** The packs of a group, and the records that fit into none. */
export interface SplitGroup {
  readonly packs: readonly Pack[];
  readonly single: readonly LandedRecord[];
}

/** Makes a pack of some records of a group; `undefined` where they are too large for one item. */
type MakePack = (key: string, records: readonly LandedRecord[]) => Pack | undefined;

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
export function splitGroup({ first, records, object, text }: Group, packing: Packing): SplitGroup {
  const range = { first, length: packing.records };
  const whole = pack(packKey(first, packing.records), records, text ?? textOf(records, packing.names), object, packing);
  if (whole !== undefined) return { packs: [whole], single: [] };
  const exact = text !== undefined;
  const make: MakePack = (key, some) => pack(key, some, textOf(some, packing.names, exact), object, packing);
  const single: LandedRecord[] = [];
  const fitting = records.filter((record) => {
    const fits = make('', [record]) !== undefined;
    if (!fits) single.push(record);
    return fits;
  });
  return { packs: [...packsOf(range, fitting, make)], single };
}

function* packsOf(range: Range, records: readonly LandedRecord[], make: MakePack): Generator<Pack> {
  if (records.length === 0) return;
  const { first, length } = range;
  const whole = make(packKey(first, length), records);
  if (whole !== undefined) return yield whole;
  if (length === 1) return yield* packsOfBranches(records, make);
  const half = length >> 1;
  const middle = first + half;
  const before = records.filter(({ ordinal }) => ordinal < middle);
  yield* packsOf({ first, length: half }, before, make);
  yield* packsOf({ first: middle, length: length - half }, records.slice(before.length), make);
}

/** The records of one ordinal, which fan-out has made. Each fits by itself. */
function* packsOfBranches(records: readonly LandedRecord[], make: MakePack): Generator<Pack> {
  const { ordinal, branch } = records[0]!;
  const whole = make(branchPackKey(ordinal, branch), records);
  if (whole !== undefined) return yield whole;
  const half = records.length >> 1;
  yield* packsOfBranches(records.slice(0, half), make);
  yield* packsOfBranches(records.slice(half), make);
}

/** `undefined` where the records are too large for one item. */
function pack(
  key: string,
  records: readonly LandedRecord[],
  text: string,
  { shared, places }: PackedObject,
  { maxItemBytes, names }: Packing,
): Pack | undefined {
  const item = {
    [names.uuid]: places.nameOf(key),
    [names.upload_date]: shared.upload_date,
    [names.feed]: shared.feed,
    [names.source]: shared.source,
    [PACK_ATTRIBUTES.first]: records[0]!.ordinal,
    [PACK_ATTRIBUTES.last]: records.at(-1)!.ordinal,
    [PACK_ATTRIBUTES.count]: records.length,
    [PACK_ATTRIBUTES.version]: LAYOUT_VERSION,
    [PACK_ATTRIBUTES.encoding]: 'none',
    [PACK_ATTRIBUTES.space]: places.space,
    ...(records.some(({ flat }) => flat) && { [PACK_ATTRIBUTES.flat]: true }),
    ...otherNames(names),
    [PACK_ATTRIBUTES.records]: new Uint8Array(0),
  };
  const bytes = maxItemBytes - itemSize(item);
  if (text.length > bytes) return undefined;
  const utf8 = utf8Text(text);
  return utf8.byteLength > bytes
    ? undefined
    : { item: { ...item, [PACK_ATTRIBUTES.records]: utf8 }, text: utf8, records };
}

/** The text of records of which one is flat shows the attribute of those that are not, too. */
function textOf(records: readonly LandedRecord[], names: LandingNames, exact = false): string {
  const flat = records.some((record) => record.flat);
  return packText(flat ? records.map((record) => flattened(record, names)) : records, exact);
}

function flattened(record: LandedRecord, names: LandingNames): LandedRecord {
  return record.flat ? record : { ...record, value: { [names.record]: record.value } };
}

function otherNames(names: LandingNames): Readonly<Record<string, unknown>> {
  const others = Object.entries(names).filter(([key, name]) => DEFAULT_NAMES[key as keyof LandingNames] !== name);
  return others.length === 0 ? {} : { [PACK_ATTRIBUTES.names]: Object.fromEntries(others) };
}
