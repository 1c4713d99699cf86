import { decimal, isDecimal } from './decimal.ts';
import { MillraceError } from './millrace-error.ts';
import type { Rejection } from './rejection.ts';

const TAG = '$millrace';
/** A value nested deeper is no record that anyone wants back, and writing it down would take the whole stack. */
const MAX_LEVELS = 500;

/**
 * A rejection as one line of JSON, without a line break: the form in which quarantines keep it. What JSON has no word for
 * stays what it is: bytes, bigint, decimals, dates, sets, and numbers that are not finite. Functions, symbols and `undefined` are left
 * out, as JSON does. A value that is nested more than 500 levels deep, or holds itself, is left out as a whole, and so are
 * such details; `details.valueLeftOut` and `details.detailsLeftOut` say so.
 */
export function rejectionToJson(rejection: Rejection): string {
  let kept = rejection;
  const leftOut = `nested more than ${MAX_LEVELS} levels deep`;
  if (isTooDeep(kept.details, MAX_LEVELS)) kept = { ...kept, details: { detailsLeftOut: leftOut } };
  if (isTooDeep(kept.value, MAX_LEVELS)) {
    const { value: _, ...rest } = kept;
    kept = { ...rest, details: { ...rest.details, valueLeftOut: leftOut } };
  }
  return JSON.stringify(encode(kept));
}

function isTooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  if (levels === 0) return true;
  return (value instanceof Set ? [...value] : Object.values(value)).some((inner) => isTooDeep(inner, levels - 1));
}

/**
 * The rejection that {@link rejectionToJson} made a line of.
 *
 * @throws MillraceError `REJECTION_UNREADABLE` where the line is no such thing
 */
export function rejectionFromJson(line: string): Rejection {
  let value: unknown;
  try {
    value = decode(JSON.parse(line));
  } catch (cause) {
    throw new MillraceError('REJECTION_UNREADABLE', `A kept rejection is no JSON: ${line.slice(0, 80)}`, { cause });
  }
  const { feed, item, ordinal, stage, code } = (value ?? {}) as Partial<Rejection>;
  if (
    typeof feed === 'string' &&
    item?.id !== undefined &&
    ordinal !== undefined &&
    stage !== undefined &&
    code !== undefined
  ) {
    return value as Rejection;
  }
  throw new MillraceError('REJECTION_UNREADABLE', `This is no rejection: ${line.slice(0, 80)}`);
}

function encode(value: unknown): unknown {
  if (typeof value === 'bigint') return { [TAG]: 'bigint', value: value.toString() };
  if (typeof value === 'number' && !Number.isFinite(value)) return { [TAG]: 'number', value: String(value) };
  return typeof value === 'object' && value !== null ? encodeObject(value) : value;
}

function encodeObject(value: object): unknown {
  if (Array.isArray(value)) return encodeAll(value);
  if (value instanceof Uint8Array) return { [TAG]: 'bytes', value: toBase64(value) };
  if (value instanceof Date) return { [TAG]: 'date', value: Number(value) };
  if (isDecimal(value)) return { [TAG]: 'decimal', value: value.text };
  if (value instanceof Set) return { [TAG]: 'set', value: encodeAll([...value]) };
  const plain = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, encode(inner)]));
  return TAG in plain ? { [TAG]: 'object', value: plain } : plain;
}

/** In a list JSON would make null of `undefined`; in an object it leaves it out, as it should. */
function encodeAll(values: readonly unknown[]): unknown[] {
  return Array.from(values, (value) => (value === undefined ? { [TAG]: 'undefined' } : encode(value)));
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  if (!(TAG in value)) return decodePlain(value);
  const { [TAG]: tag, value: inner } = value as { [TAG]: unknown; value: unknown };
  switch (tag) {
    case 'bigint':
      return BigInt(inner as string);
    case 'number':
      return Number(inner);
    case 'decimal':
      return decimal(inner as string);
    case 'undefined':
      return undefined;
    case 'bytes':
      return fromBase64(inner as string);
    case 'date':
      // JSON has null for the time of an invalid date, which Date would take for 1970.
      return new Date((inner as number | null) ?? Number.NaN);
    case 'set':
      return new Set((inner as unknown[]).map(decode));
    default:
      return decodePlain(inner as object);
  }
}

function decodePlain(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decode(inner)]));
}

/** `btoa` takes characters up to U+00FF, and an argument list has its limits. */
function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += 8192)
    text += String.fromCharCode(...bytes.subarray(from, from + 8192));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
