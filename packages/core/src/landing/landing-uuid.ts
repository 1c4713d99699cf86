import { namesIn } from './name-uuid.ts';
import { type PlaceUuids, placeUuids } from './place-uuids.ts';

/**
 * Millrace's own namespace for the UUIDs of landed records: the UUIDv5 of `https://github.com/millrace/millrace` in the
 * URL namespace of RFC 9562. It never changes, because the keys of rows that were written rest on it.
 */
export const MILLRACE_NAMESPACE = 'b0759858-e76b-5bf2-83cd-2b119a052fbf';

/**
 * The key of a landed record by its place: what landing gives it by default, for tools that look a record up.
 *
 * It is `v5(place, v5('item:' + itemId, MILLRACE_NAMESPACE))`, where the place is the ordinal, such as `17`, and for the
 * outputs of `many` the ordinal and the branch, such as `17.0` or `17.0.1`.
 */
export function landingUuid(itemId: string, ordinal: number, branch = ''): string {
  return placesOf(itemId).of(ordinal, branch);
}

/**
 * Names one version of an object in its landed records (`source_version`): 32 hexadecimal digits, which are those of the
 * namespace of the item's places. The ledger's entry of the version has the id that they are made of.
 *
 * @param itemId `origin.id` of the version, as reports and the ledger's entries have it
 * @example
 * const entries = await ledger.entries('prices', 's3://drop/prices.gz');
 * const entry = entries.find(({ origin }) => landingVersion(origin.id) === row.source_version);
 */
export function landingVersion(itemId: string): string {
  return placesOf(itemId).version;
}

/**
 * The namespace in which records are named: by their place in an item (`item`), by a text that they hold (`key`) or by all
 * that they hold (`content`), the latter two among the records of one feed. It is `v5(kind + ':' + of, MILLRACE_NAMESPACE)`.
 */
export function landingNamespace(kind: 'item' | 'key' | 'content', of: string): string {
  return namesIn(MILLRACE_NAMESPACE)(`${kind}:${of}`);
}

/** Items of which the places are kept: those that a process has under way at once, as a rule. */
const MAX_ITEMS = 16;

const items = new Map<string, PlaceUuids>();
let last: { readonly itemId: string; readonly places: PlaceUuids } | undefined;

/** The keys of the records of one item, by their place. The same for whoever asks, as long as it is kept. */
export function placesOf(itemId: string): PlaceUuids {
  if (last?.itemId === itemId) return last.places;
  const places = items.get(itemId) ?? placeUuids(landingNamespace('item', itemId));
  // The latest comes last, and the first is let go.
  items.delete(itemId);
  items.set(itemId, places);
  if (items.size > MAX_ITEMS) items.delete(items.keys().next().value!);
  last = { itemId, places };
  return places;
}
