import type { RejectedRecord, TextDamage, TextPlace } from '@millrace/core/plugin';

/** A stretch of a chunk that belongs to a record. */
export interface XmlPart {
  readonly place: TextPlace;
  readonly from: number;
  readonly to: number;
}

/** The first damage in these parts: bytes that are no text. */
export function damageOf(parts: readonly XmlPart[]): TextDamage | undefined {
  for (const { place, from, to } of parts) {
    const { damage } = place;
    const first = damage?.[firstFrom(damage, from)];
    if (first !== undefined && first.index < to) return first;
  }
  return undefined;
}

/** The rejection of a record that holds bytes which are no text, with all of its bytes. */
export function damagedRecord(damage: TextDamage, parts: readonly XmlPart[], line: number): RejectedRecord {
  const { code, message, details } = damage;
  return { code, message: `The record on line ${line} is damaged. ${message}`, details, raw: bytesOf(parts), line };
}

/** Where the first damage at or behind an index is in the list. */
function firstFrom(damage: readonly TextDamage[], index: number): number {
  let [low, high] = [0, damage.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (damage[middle]!.index < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

function bytesOf(parts: readonly XmlPart[]): Uint8Array {
  const pieces = parts.map(({ place, from, to }) => place.bytes?.(from, to) ?? new Uint8Array(0));
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
