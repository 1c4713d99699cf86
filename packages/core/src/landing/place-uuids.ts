import { type NameUuid, namesIn } from './name-uuid.ts';

/** The uuids of one item's places: landing makes them, and packing holds each record against its own. */
export interface PlaceUuids {
  /** The namespace of the places, as a UUID. */
  readonly space: string;
  /** Names the item in its landed records: `space` without its dashes. */
  readonly version: string;
  /** The uuid of any name in that namespace. */
  readonly nameOf: NameUuid;
  /** The uuid of a record's place. */
  readonly of: (ordinal: number, branch: string) => string;
}

/** Uuids that an item keeps: more than are between landing and packing, which are two thousand or so. A power of two. */
const KEPT = 4096;

/** The name of a record's place in the namespace of its item: the ordinal, such as `17`, and for the outputs of `many` the branch, such as `17.0.1`. */
export function landingPlace(ordinal: number, branch: string): string {
  return branch === '' ? `${ordinal}` : `${ordinal}.${branch}`;
}

/**
 * The uuids of places in a namespace. The latest of records without a branch are kept, because making one costs half of
 * what it costs to parse a record.
 */
export function placeUuids(space: string): PlaceUuids {
  const nameOf = namesIn(space);
  const ordinals: number[] = [];
  const uuids: string[] = [];
  return {
    space,
    version: space.replaceAll('-', ''),
    nameOf,
    of: (ordinal, branch) => {
      if (branch !== '') return nameOf(landingPlace(ordinal, branch));
      const slot = ordinal % KEPT;
      if (ordinals[slot] !== ordinal) {
        // The slots before are filled, so that the lists stay dense.
        while (ordinals.length < slot) uuids[ordinals.push(-1) - 1] = '';
        ordinals[slot] = ordinal;
        uuids[slot] = nameOf(landingPlace(ordinal, ''));
      }
      return uuids[slot]!;
    },
  };
}
