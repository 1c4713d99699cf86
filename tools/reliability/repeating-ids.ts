import type { Random } from './random.ts';

/** Natural keys of one object's records. */
export interface NaturalIds {
  /** The object's own ids begin here. */
  readonly first: number;
  /** Ids below it are those of all objects of the run; some records have one of them. @default 0, so there are none */
  readonly sharedBelow?: number | undefined;
}

/**
 * Draws an id for each record, in the order of the records. Some are those of a record shortly before, which is often in the
 * same write or in one in flight; some are those of any record before.
 */
export function repeatingIds(random: Random, { first, sharedBelow = 0 }: NaturalIds): (number: number) => number {
  const ids: number[] = [];
  const draw = (number: number): number => {
    if (sharedBelow > 0 && random.chance(0.2)) return random.int(0, sharedBelow - 1);
    if (number > 0 && random.chance(0.25)) return ids[number - random.int(1, Math.min(number, 40))]!;
    if (number > 0 && random.chance(0.15)) return random.pick(ids);
    return first + number;
  };
  return (number) => {
    const id = draw(number);
    ids.push(id);
    return id;
  };
}
