import { writeUnits } from './item-size.ts';
import type { Marshalled } from './marshal.ts';

/** One item to be put, on behalf of one entry of a write or more. */
export interface Put {
  readonly item: Marshalled;
  /** Identity of its primary key; see `keyIdentity`. */
  readonly key: string;
  /**
   * Positions of the entries whose fate is that of this item, in order. More than one where later entries overwrote
   * earlier ones with the same key.
   */
  readonly positions: readonly number[];
}

/** Write units that it takes at least: more where it overwrites a larger item, or an index holds it too. */
export function unitsOf({ item }: Put): number {
  return writeUnits(item.size);
}
