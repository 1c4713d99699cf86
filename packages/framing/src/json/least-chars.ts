import { isDecimal } from '@millrace/core';

/** The minimum size of a JSON value, however it was written, if no object has a key twice. */
export interface LeastText {
  /** Whether a number may be a `Decimal`. */
  readonly hasDecimals: boolean;
  /** Characters of any text that means the value, or fewer. */
  chars: number;
  /** Members of its objects, at any depth, or fewer. */
  members: number;
  /** Characters of the shortest key. */
  shortestKey: number;
}

/** Adds what a value that was parsed from JSON takes. It is called for each record, so it makes no objects. */
export function addLeastText(value: unknown, least: LeastText): void {
  switch (typeof value) {
    case 'string':
      least.chars += value.length + 2;
      return;
    case 'number':
      least.chars += leastNumberChars(value);
      return;
    case 'boolean':
      least.chars += 4;
      return;
    case 'object':
      if (value === null) least.chars += 4;
      else if (Array.isArray(value)) addArray(value, least);
      else if (least.hasDecimals && isDecimal(value)) least.chars += 1;
      else addObject(value as Readonly<Record<string, unknown>>, least);
      return;
    default:
      least.chars += 1; // A bigint.
  }
}

function addArray(value: readonly unknown[], least: LeastText): void {
  least.chars += value.length === 0 ? 2 : value.length + 1;
  for (let index = 0; index < value.length; index += 1) addLeastText(value[index], least);
}

function addObject(value: Readonly<Record<string, unknown>>, least: LeastText): void {
  let members = 0;
  let chars = 1;
  // V8 reads the fields of this loop by their places. Object.entries would take ten times as long.
  // oxlint-disable-next-line guard-for-in -- a parsed object inherits nothing that is enumerable
  for (const key in value) {
    const { length } = key;
    if (length < least.shortestKey) least.shortestKey = length;
    members += 1;
    chars += length + 4;
    const one = value[key];
    if (typeof one === 'string') chars += one.length + 2;
    else addLeastText(one, least);
  }
  least.members += members;
  least.chars += members === 0 ? 2 : chars;
}

/** Characters of the shortest text that means a number, or a few less. */
export function leastNumberChars(number: number): number {
  const value = number < 0 ? -number : number;
  const sign = number < 0 ? 1 : 0;
  const whole = Math.floor(value);
  if (whole === value) return sign + (value < 1000 ? (value < 10 ? 1 : value < 100 ? 2 : 3) : leastIntegerChars(value));
  if (value < 0.01) return sign + 4;
  if (value >= 1e9) return 1;
  const digits = digitsOf(whole);
  return sign + digits + 1 + leastPlaces(value, digits);
}

const POWERS = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/** Decimal places that a number takes, or a few less. Those that have more than two mostly have as many as a double holds. */
function leastPlaces(value: number, whole: number): number {
  // Digits beyond 15 cannot be tried, as a double does not hold them.
  const most = 15 - whole;
  if (!hasPlaces(value, POWERS[most]!)) return most + 1;
  if (hasPlaces(value, 1e2)) return hasPlaces(value, 1e1) ? 1 : 2;
  return hasPlaces(value, 1e4) ? 3 : hasPlaces(value, 1e6) ? 5 : 7;
}

/** Whether so many places, given as a power of ten, are enough for a number. */
function hasPlaces(value: number, power: number): boolean {
  return Math.round(value * power) / power === value;
}

/** 12e3 is 12000, and beyond 2^53 trailing zeros cannot be distinguished from other digits. */
function leastIntegerChars(value: number): number {
  if (value > Number.MAX_SAFE_INTEGER) return 1;
  const digits = digitsOf(value);
  let rest = value / 1000;
  if (Math.floor(rest) !== rest) return digits;
  for (let tenth = rest / 10; Math.floor(tenth) === tenth; tenth /= 10) rest = tenth;
  return Math.min(digits, digitsOf(rest) + 2);
}

function digitsOf(integer: number): number {
  if (integer < 1e8) {
    if (integer < 1e4) return integer < 1e2 ? (integer < 10 ? 1 : 2) : integer < 1e3 ? 3 : 4;
    return integer < 1e6 ? (integer < 1e5 ? 5 : 6) : integer < 1e7 ? 7 : 8;
  }
  if (integer < 1e12) return integer < 1e10 ? (integer < 1e9 ? 9 : 10) : integer < 1e11 ? 11 : 12;
  return integer < 1e14 ? (integer < 1e13 ? 13 : 14) : integer < 1e15 ? 15 : 16;
}
