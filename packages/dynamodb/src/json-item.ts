import { decimal, type Each, isDecimal } from '@millrace/core';
import { isPlain } from './marshal.ts';
import { base64, binaryOf, numberOf } from './scalar.ts';

/**
 * Makes a transform that converts values of DynamoDB items that JSON lacks: sets become lists, binary becomes base64, and
 * numbers that a JavaScript number cannot hold become a `Decimal`, which JSON writes with all its digits. Use it between
 * `parseItems()` and a sink that writes JSON or CSV. A record without such values is passed on unchanged.
 *
 * @typeParam R type of the resulting record; it is not checked
 * @example
 * const unload = feed('unload').from(source).through(parseItems()).through(jsonItem()).to(sink);
 */
export function jsonItem<T extends object, R = T>(): Each<T, R> {
  return Object.freeze<Each<T, R>>({ kind: 'each', name: 'jsonItem', apply: (value) => jsonValue(value) as R });
}

function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return decimal(`${value}`);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.some((one) => jsonValue(one) !== one) ? value.map(jsonValue) : value;
  if (value instanceof Set) return [...value].map(jsonValue);
  if (isDecimal(value)) return value;
  const number = numberOf(value, true);
  if (number !== undefined) return decimal(number.text);
  if (isPlain(value)) return jsonFields(value as Readonly<Record<string, unknown>>);
  const bytes = binaryOf(value);
  return bytes === undefined ? value : base64(bytes);
}

function jsonFields(fields: Readonly<Record<string, unknown>>): unknown {
  let changed: Record<string, unknown> | undefined;
  for (const name of Object.keys(fields)) {
    const field = fields[name];
    const json = jsonValue(field);
    if (json === field) continue;
    changed ??= Object.fromEntries(Object.entries(fields));
    // Assigning to `__proto__` would set the prototype.
    Object.defineProperty(changed, name, { value: json, enumerable: true, configurable: true, writable: true });
  }
  return changed ?? fields;
}
