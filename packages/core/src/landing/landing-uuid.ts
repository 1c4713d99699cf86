import { namesIn } from './name-uuid.ts';

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
  return namesIn(landingNamespace('item', itemId))(landingPlace(ordinal, branch));
}

/**
 * The namespace in which records are named: by their place in an item (`item`), by a text that they hold (`key`) or by all
 * that they hold (`content`), the latter two among the records of one feed. It is `v5(kind + ':' + of, MILLRACE_NAMESPACE)`.
 */
export function landingNamespace(kind: 'item' | 'key' | 'content', of: string): string {
  return namesIn(MILLRACE_NAMESPACE)(`${kind}:${of}`);
}

/** The name of a record's place in the namespace of its item. */
export function landingPlace(ordinal: number, branch: string): string {
  return branch === '' ? `${ordinal}` : `${ordinal}.${branch}`;
}
