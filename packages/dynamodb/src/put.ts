import { writeUnits } from './item-size.ts';
import type { Marshalled } from './marshal.ts';

/** One item to be put, on behalf of one entry of a write. */
export interface Put {
  readonly item: Marshalled;
  /** Identity of its primary key; see `keyIdentity`. */
  readonly key: string;
  /** Index of its entry in the write. */
  readonly position: number;
  /**
   * The put of an earlier entry with the same key. It is not sent, since this one would overwrite it, and counts as accepted;
   * but if DynamoDB refuses this one, it takes its place.
   */
  readonly superseded?: Put | undefined;
}

/** Positions of the entries that have this key, in order. */
export function positionsOf(put: Put): readonly number[] {
  const positions: number[] = [];
  for (let one: Put | undefined = put; one !== undefined; one = one.superseded) positions.push(one.position);
  return positions.toReversed();
}

/** Write units that it takes at least: more where it overwrites a larger item, or an index holds it too. */
export function unitsOf({ item }: Put): number {
  return writeUnits(item.size);
}
