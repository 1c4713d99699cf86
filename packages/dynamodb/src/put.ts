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
