import type { RejectedRecord, TextDamage, TextPlace } from '@millrace/core/plugin';

/** A stretch of a chunk's text that belongs to a record. */
export interface TextPart {
  readonly place: TextPlace;
  readonly from: number;
  readonly to: number;
}

/**
 * The rejection of a record that holds bytes which are no character, with all of its bytes; `undefined` where it holds none.
 *
 * @param text the record; the carriage return of its line end is left out
 */
export function damagedRecord(parts: readonly TextPart[], text: string, line: number): RejectedRecord | undefined {
  let damage: TextDamage | undefined;
  for (const { place, from, to } of parts) damage ??= damageIn(place, from, to);
  if (damage === undefined) return undefined;
  const { code, message, details } = damage;
  return {
    code,
    message: `The record on line ${line} is damaged. ${message}`,
    details,
    raw: bytesOf(parts, text),
    line,
  };
}

/** The first damage from `from` on and before `to`. */
export function damageIn({ damage = [] }: TextPlace, from: number, to: number): TextDamage | undefined {
  let low = 0;
  let high = damage.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (damage[middle]!.index < from) low = middle + 1;
    else high = middle;
  }
  const first = damage[low];
  return first !== undefined && first.index < to ? first : undefined;
}

function bytesOf(parts: readonly TextPart[], text: string): Uint8Array {
  let surplus = text.endsWith('\r') ? 1 : 0;
  const pieces: Uint8Array[] = [];
  for (const { place, from, to } of parts.toReversed()) {
    const less = Math.min(surplus, to - from);
    surplus -= less;
    pieces.unshift(place.bytes?.(from, to - less) ?? new Uint8Array(0));
  }
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
