import { MillraceError } from '@millrace/core';
import { type Entry, type LandingNames, landingPlace, type PlaceUuids } from '@millrace/core/plugin';
import type { PackedRecord } from './pack-text.ts';

/** What all records of one object have in common, as `landingItem` gives it. */
export interface Shared {
  readonly upload_date: string;
  readonly feed: string;
  readonly source: string;
}

/** A record of a group, taken apart. */
export interface LandedRecord extends PackedRecord {
  /** Index into the entries of the write. */
  readonly position: number;
  /** Whether `value` is all that the item had beside landing's attributes, and not its record alone. */
  readonly flat: boolean;
}

/**
 * Takes landed records apart: what its place and its object determine is not kept with a record.
 *
 * @param places those of the object
 * @param shared what the first record of the object said; `undefined` for that one
 * @throws MillraceError `DYNAMODB_NOT_PACKABLE` where the record's key is not its place, or it does not say what its place
 *   and its object determine: such a record could not be given back as it was
 */
export type TakeApart = (
  entry: Entry<unknown>,
  position: number,
  places: PlaceUuids,
  shared: Shared | undefined,
) => { readonly record: LandedRecord; readonly shared: Shared };

export function takeApart(names: LandingNames): TakeApart {
  const { uuid, upload_date, feed, source, source_version, ordinal: number, branch: output } = names;
  const taken = new Set([uuid, upload_date, feed, source, source_version, number, output]);
  return ({ value, ordinal, branch }, position, places, shared) => {
    const item = value as Readonly<Record<string, unknown>>;
    const expect = (name: keyof LandingNames, holds: boolean, what: string): void => {
      if (!holds) throw notPackable(names[name], what, landingPlace(ordinal, branch));
    };
    expect('uuid', item[names.uuid] === places.of(ordinal, branch), 'the uuid of its place');
    expect('source_version', item[names.source_version] === places.version, 'the version of its object');
    expect('ordinal', item[names.ordinal] === ordinal, 'its ordinal');
    expect('branch', (item[names.branch] ?? '') === branch, 'its branch');
    const text = (name: keyof Shared): string => {
      const own = item[names[name]];
      expect(name, typeof own === 'string' && own === (shared?.[name] ?? own), 'the text that its object determines');
      return own as string;
    };
    const own = { upload_date: text('upload_date'), feed: text('feed'), source: text('source') };
    const rest = Object.keys(item).filter((name) => !taken.has(name) && item[name] !== undefined);
    const flat = rest.length !== 1 || rest[0] !== names.record;
    const left = flat ? Object.fromEntries(rest.map((name) => [name, item[name]])) : item[names.record];
    return { record: { ordinal, branch, position, flat, value: left }, shared: shared ?? own };
  };
}

function notPackable(attribute: string, expected: string, at: string): MillraceError {
  return new MillraceError(
    'DYNAMODB_NOT_PACKABLE',
    `Record ${at} cannot be packed: its attribute ${JSON.stringify(attribute)} is not ${expected}. Packing takes what ` +
      `landingItem makes with key 'place', under the names that packed() has. Leave pack out for records with other keys: ` +
      'they are to overwrite each other, which records within an item cannot.',
    { details: { attribute, place: at } },
  );
}
