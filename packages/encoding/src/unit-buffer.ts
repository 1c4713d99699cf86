import { Buffer } from 'node:buffer';

/** Room for the UTF-16 units of one decode call. It is reused, as calls are synchronous and never overlap. */
export interface UnitBuffer {
  /** At least `length` units to write to. What they held before is undefined. */
  readonly reserve: (length: number) => Uint16Array;
  /** The first `length` units as a string. */
  readonly text: (length: number) => string;
}

export function unitBuffer(): UnitBuffer {
  let units = new Uint16Array(0);
  let bytes = Buffer.alloc(0);
  return {
    reserve: (length) => {
      if (units.length < length) {
        units = new Uint16Array(length);
        bytes = Buffer.from(units.buffer);
      }
      return units;
    },
    text: (length) => bytes.toString('utf16le', 0, 2 * length),
  };
}
