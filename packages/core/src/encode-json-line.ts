import { isDecimal } from './decimal.ts';
import { MillraceError } from './millrace-error.ts';

/** JSON with numbers of any length (V8 11.4, Node 21); TypeScript does not know it yet. */
const { rawJSON, isRawJSON } = JSON as {
  readonly rawJSON?: (text: string) => unknown;
  readonly isRawJSON?: (value: unknown) => boolean;
};

/**
 * Encodes a value as one line of JSON, without a line end, exactly or not at all. For authors of sinks: `JSON.stringify`
 * writes `NaN` as `null` and a `Map`, a `Set` or bytes as `{}` or the like, and reports success.
 *
 * A bigint and a `Decimal` become their digits, a date its ISO 8601 text, and what has `toJSON` what that returns. A member
 * that is `undefined` is left out, and so are members under symbols. Everything else that JSON cannot hold is refused:
 * numbers that are not finite, invalid dates, bytes, maps, sets, instances of classes, functions, symbols, `undefined` in
 * an array or alone, and a value that holds itself or is nested too deeply for the stack.
 *
 * The error names the kind of value and its depth, never a key or a value.
 *
 * @throws MillraceError `JSON_VALUE_UNSUPPORTED`; `details` has `kind` and `depth`, 0 for the value itself
 * @example
 * encodeJsonLine({ id: 2n ** 64n, at: new Date(0) }); // {"id":18446744073709551616,"at":"1970-01-01T00:00:00.000Z"}
 */
export function encodeJsonLine(value: unknown): string {
  try {
    const needsDigits = inspect(value, 0);
    const text = JSON.stringify(value, needsDigits ? digits : undefined) as string | undefined;
    if (text !== undefined) return text;
  } catch (thrown) {
    // Both a circle and what is nested too deeply end the stack.
    if (thrown instanceof RangeError)
      throw unsupported('a value that holds itself, or is nested too deeply,', undefined);
    throw thrown;
  }
  throw unsupported(kindOf(value), 0);
}

/** Writes what JSON can hold and `JSON.stringify` cannot: whole numbers of any length, and a zero with a minus sign. */
function digits(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return rawJSON!(`${value}`);
  return Object.is(value, -0) ? rawJSON!('-0') : value;
}

/** Refuses what JSON does not hold as it is. Returns whether some number needs {@link digits}. */
function inspect(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return false;
    case 'number':
      if (value === 0) return Object.is(value, -0) && hasRawJson('a zero with a minus sign', depth);
      if (value - value === 0) return false;
      throw unsupported(kindOf(value), depth);
    case 'bigint':
      return hasRawJson('a bigint', depth);
    case 'object':
      return value !== null && inspectObject(value, depth);
    default:
      throw unsupported(kindOf(value), depth);
  }
}

function inspectObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) return inspectArray(value, depth);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== OBJECT && !isPlain(prototype)) return inspectInstance(value, depth);
  if (prototype === null && isRawJSON?.(value) === true) return false;
  let needsDigits = false;
  // Nearly all members are texts and numbers, and this is the hot path: they are judged without a call.
  for (const name in value) {
    const field = (value as Readonly<Record<string, unknown>>)[name];
    const type = typeof field;
    if (type === 'string' || type === 'boolean' || field === undefined || field === null) continue;
    if (type === 'number' && field !== 0 && (field as number) - (field as number) === 0) continue;
    if (inspect(field, depth + 1)) needsDigits = true;
  }
  return needsDigits;
}

const OBJECT = Object.prototype;

function inspectArray(values: readonly unknown[], depth: number): boolean {
  let needsDigits = false;
  // By index: a hole is `undefined`, which JSON would write as null.
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (typeof value !== 'string' && inspect(value, depth + 1)) needsDigits = true;
  }
  return needsDigits;
}

/** An object literal of another realm, or one without a prototype. */
function isPlain(prototype: object | null): boolean {
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'));
}

function inspectInstance(value: object, depth: number): boolean {
  if (isDecimal(value)) {
    hasRawJson('a decimal number', depth);
    return false;
  }
  if (value instanceof Date || Object.prototype.toString.call(value) === '[object Date]') {
    if (Number.isNaN((value as Date).getTime())) throw unsupported('an invalid date', depth);
    return false;
  }
  if (ArrayBuffer.isView(value) || !('toJSON' in value) || typeof value.toJSON !== 'function') {
    throw unsupported(kindOf(value), depth);
  }
  const made = (value.toJSON as (key: string) => unknown)('');
  // JSON.stringify takes it as it is, without a `toJSON` of its own: of a date, nothing would be left.
  if (isInstance(made)) throw unsupported(kindOf(made), depth);
  return inspect(made, depth);
}

function isInstance(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isRawJSON?.(value) === true) return false;
  return !isPlain(Object.getPrototypeOf(value) as object | null);
}

function hasRawJson(kind: string, depth: number): true {
  if (rawJSON !== undefined) return true;
  throw unsupported(`${kind}, which this runtime cannot write without JSON.rawJSON,`, depth);
}

/** Names of values that people know; an instance of any other class may be named after anything. */
const KINDS: Readonly<Record<string, string>> = {
  '[object Map]': 'a Map',
  '[object Set]': 'a Set',
  '[object ArrayBuffer]': 'an ArrayBuffer',
  '[object DataView]': 'a DataView',
  '[object RegExp]': 'a RegExp',
  '[object Promise]': 'a Promise',
  '[object Error]': 'an Error',
};

function kindOf(value: unknown): string {
  if (typeof value === 'number') return `${value}`;
  if (typeof value !== 'object' || value === null) return value === undefined ? 'undefined' : `a ${typeof value}`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return 'a typed array';
  return KINDS[Object.prototype.toString.call(value)] ?? 'an instance of a class';
}

function unsupported(kind: string, depth: number | undefined): MillraceError {
  const at = depth === undefined ? '' : depth === 0 ? ', the record itself' : `, ${depth} levels deep`;
  return new MillraceError(
    'JSON_VALUE_UNSUPPORTED',
    `The record holds ${kind}${at}, and JSON cannot hold that as it is. Map it to what JSON can hold.`,
    { details: { kind, ...(depth !== undefined && { depth }) } },
  );
}
