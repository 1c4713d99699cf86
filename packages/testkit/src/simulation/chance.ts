/** Pseudo-random draws that are the same for the same seed, on every platform. */
export interface Chance {
  /** Returns a number from 0 to below 1. */
  readonly next: () => number;
  /** Returns an integer from `least` to `most`, both included. */
  readonly integer: (least: number, most: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
  /** Returns `true` with the given probability. */
  readonly happens: (probability: number) => boolean;
  /** Returns a UUID of version 4. */
  readonly uuid: () => string;
  /** Starts an independent sequence. Draws from one do not shift the others, so a removed event changes little else. */
  readonly fork: (name: string) => Chance;
}

/** Makes the draws of a seed: `sfc32` (PractRand), started from an FNV-1a hash of the seed's text. */
export function chanceOf(seed: string): Chance {
  let [a, b, c, d] = [hash(`${seed}/a`), hash(`${seed}/b`), hash(`${seed}/c`), 1];
  const bits = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round += 1) bits();
  const next = (): number => bits() / 2 ** 32;
  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const word = (): string => bits().toString(16).padStart(8, '0');
  return {
    next,
    integer,
    pick: (from) => from[integer(0, from.length - 1)]!,
    happens: (probability) => next() < probability,
    uuid: () => {
      const hex = word() + word() + word() + word();
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
    fork: (name) => chanceOf(`${seed}/${name}`),
  };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
