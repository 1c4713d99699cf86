import type { TextDamage, TextPlace } from '@millrace/core/plugin';
import type { Decode, Measure } from './charset.ts';

/** A piece of an item that was decoded at once. */
export interface DecodedSlice {
  /** All of its text, a byte order mark included. */
  readonly text: string;
  /** Where in the item it begins. */
  readonly offset: number;
  /** Bytes in it. */
  readonly length: number;
}

/** How a slice can be traced back to its bytes: by measuring its text, or by decoding a copy of them again. */
export interface Tracing {
  readonly decode: Decode;
  /** The shift at the slice's beginning. */
  readonly shift: number;
  /** Absent where the bytes cannot be told from the text. */
  readonly measure: Measure | undefined;
  /** A copy of the slice's bytes; needed without `measure`, and for the raw bytes of records. */
  readonly bytes: Uint8Array | undefined;
  readonly damage: readonly TextDamage[] | undefined;
}

/** The place of a slice's text, from the character behind `skipped` on. */
export function textPlace(slice: DecodedSlice, tracing: Tracing, skipped: number): TextPlace {
  const { bytes, damage, measure } = tracing;
  const before = measure === undefined ? byDecoding(tracing) : byMeasuring(slice, measure);
  return {
    byteOffset: (index) => slice.offset + before(index + skipped),
    ...(bytes !== undefined && { bytes: (from, to) => bytes.slice(before(from + skipped), before(to + skipped)) }),
    ...(damage !== undefined && { damage }),
  };
}

/** Measures from the nearer end: a record that a chunk cuts begins close to its end. */
function byMeasuring({ text, length }: DecodedSlice, measure: Measure): (index: number) => number {
  return (index) => (2 * index <= text.length ? measure(text.slice(0, index)) : length - measure(text.slice(index)));
}

/** Decodes anew up to the character; of records that are asked for in order, each stretch once. */
function byDecoding({ decode, shift: first, bytes = new Uint8Array(0) }: Tracing): (index: number) => number {
  let at = 0;
  let units = 0;
  let shift = first;
  return (index) => {
    if (index < units) {
      at = 0;
      units = 0;
      shift = first;
    }
    // No character has fewer bytes than UTF-16 units, so that as many bytes never lead past it.
    for (let size = index - units; units < index && at < bytes.length;) {
      const piece = bytes.subarray(at, at + size);
      const { text, used, shift: next = 0 } = decode(piece, at + size >= bytes.length, () => {}, shift);
      at += used;
      units += text.length;
      shift = next;
      size = used === 0 ? size + 1 : Math.max(1, index - units);
    }
    return at;
  };
}
