/** Draws that are the same for the same seed, so that a run can be repeated. */
export interface Random {
  /** A whole number from `min` to `max`, both included. */
  readonly int: (min: number, max: number) => number;
  /** True with this probability. */
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(from: readonly T[]) => T;
  /** A copy in another order. */
  readonly shuffle: <T>(from: readonly T[]) => T[];
}

/** @param run number of the run, so that each run of a seed has draws of its own and can be repeated alone */
export function random(seed: number, run: number): Random {
  const next = uniform((Math.imul(seed + 1, 0x9e37_79b1) ^ Math.imul(run + 1, 0x85eb_ca6b)) >>> 0);
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return Object.freeze({
    int,
    chance: (probability: number) => next() < probability,
    pick: <T>(from: readonly T[]) => from[int(0, from.length - 1)]!,
    shuffle: <T>(from: readonly T[]) => {
      const shuffled = [...from];
      for (let last = shuffled.length - 1; last > 0; last -= 1) {
        const other = int(0, last);
        [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
      }
      return shuffled;
    },
  });
}

/** Numbers from 0 to below 1: a counter whose bits are mixed ("mulberry32", public domain). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
