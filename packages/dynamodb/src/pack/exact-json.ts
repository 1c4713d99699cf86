import { MAX_NAME_BYTES } from '../limits.ts';

/** Levels that are looked at; the few records that have more take the long way. */
const MAX_DEPTH = 16;

/** Names up to this length have no more bytes than DynamoDB takes. */
const MAX_NAME_LENGTH: number = MAX_NAME_BYTES / 3;

/** Bounds within which a fraction is a number of DynamoDB, whatever its digits: a double has 17 of them at most. */
const LEAST_FRACTION = 1e-129;
const MOST_FRACTION = 1e125;

/** Counted for each value beside the length of its text: more than any number takes, quotes and comma included. */
const VALUE_BYTES = 24;

/** The weight of a value that is not exact in JSON, or may not be. */
export const INEXACT = -1;

/**
 * Tells in one look whether JSON says a value exactly and DynamoDB takes it as it is, apart from text with half a surrogate
 * pair, which shows in the JSON as `\ud…`; and how large it may be: as stored, it has three bytes at most for each of the
 * answer.
 *
 * It says no rather than look closer: no to `undefined`, and to all that is no plain object, list, text, number, Boolean or
 * null. What it says no to is looked at by `marshal` and `packable`, which say why.
 *
 * @returns characters of its texts and names, and {@link VALUE_BYTES} for each value; {@link INEXACT} for no
 */
export function exactWeight(value: unknown, depth = 0): number {
  if (typeof value === 'string') return VALUE_BYTES + value.length;
  if (typeof value === 'number') return isExact(value) ? VALUE_BYTES : INEXACT;
  if (typeof value !== 'object') return typeof value === 'boolean' ? VALUE_BYTES : INEXACT;
  if (value === null) return VALUE_BYTES;
  if (depth === MAX_DEPTH) return INEXACT;
  return Array.isArray(value) ? listWeight(value, depth) : mapWeight(value as Fields, depth);
}

type Fields = Readonly<Record<string, unknown>>;

function listWeight(values: readonly unknown[], depth: number): number {
  let weight = VALUE_BYTES;
  for (let index = 0; index < values.length; index += 1) {
    const one = exactWeight(values[index], depth + 1);
    if (one === INEXACT) return INEXACT;
    weight += one;
  }
  return weight;
}

function mapWeight(fields: Fields, depth: number): number {
  const prototype: unknown = Object.getPrototypeOf(fields);
  if (prototype !== Object.prototype && prototype !== null) return INEXACT;
  let weight = VALUE_BYTES;
  // Faster than Object.keys. What the prototype may have been given comes last, and is looked at for nothing.
  for (const name in fields) {
    const { length } = name;
    if (length === 0 || length > MAX_NAME_LENGTH) return INEXACT;
    const value = fields[name];
    // A call for each text and number would take a quarter more time.
    if (typeof value === 'string') weight += value.length;
    else if (typeof value !== 'number' || !isExact(value)) {
      const one = exactWeight(value, depth + 1);
      if (one === INEXACT) return INEXACT;
      weight += one - VALUE_BYTES;
    }
    // A map of one such name looks like a tag.
    if (name.charCodeAt(0) === TAG_CODE && Object.keys(fields).length === 1) return INEXACT;
    weight += VALUE_BYTES + length;
  }
  return weight;
}

/** That of `TAG`. */
const TAG_CODE = 0x24;

function isExact(number: number): boolean {
  if (Number.isSafeInteger(number)) return true;
  const size = Math.abs(number);
  return size > LEAST_FRACTION && size < MOST_FRACTION && !Number.isInteger(number);
}
