import type { LandingNames } from './landing-names.ts';

/** How landing makes the keys of a feed's records. */
export interface LandingKeys {
  /**
   * `place`: the key is the UUID of the record's place in its object's version. `content`: it derives from what the record
   * holds, and the row has the generation of its object's version.
   */
  readonly by: 'place' | 'content';
  readonly names: LandingNames;
}
