import { type NameUuid, namesIn } from './name-uuid.ts';

/**
 * Millrace's own namespace for the UUIDs of landed records: the UUIDv5 of `https://github.com/millrace/millrace` in the
 * URL namespace of RFC 9562. It never changes, because the keys of rows that were written rest on it.
 */
export const MILLRACE_NAMESPACE = 'b0759858-e76b-5bf2-83cd-2b119a052fbf';

/**
 * The key of a landed record by its place: what `landingItem` gives it by default, for tools that look a record up.
 *
 * It is `v5(place, v5('item:' + itemId, MILLRACE_NAMESPACE))`, where the place is the ordinal, such as `17`, and for the
 * outputs of `many` the ordinal and the branch, such as `17.0` or `17.0.1`.
 */
export function landingUuid(itemId: string, ordinal: number, branch = ''): string {
  return namesByPlace(itemId)(place(ordinal, branch));
}

/** The keys of the records of one item, by their {@link place}. */
export function namesByPlace(itemId: string): NameUuid {
  return namesIn(spaceOfItem(itemId));
}

/** The namespace in which the places of an item are named. */
export function spaceOfItem(itemId: string): string {
  return rootNames(`item:${itemId}`);
}

/** The keys of the records of one feed, by a key that they hold. */
export function namesByKey(feed: string): NameUuid {
  return namesIn(rootNames(`key:${feed}`));
}

/** The keys of the records of one feed, by all that they hold. */
export function namesByContent(feed: string): NameUuid {
  return namesIn(rootNames(`content:${feed}`));
}

export function place(ordinal: number, branch: string): string {
  return branch === '' ? `${ordinal}` : `${ordinal}.${branch}`;
}

function rootNames(name: string): string {
  return namesIn(MILLRACE_NAMESPACE)(name);
}
