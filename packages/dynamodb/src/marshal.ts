import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isMillraceError, MillraceError } from '@millrace/core';
import { MAX_LEVELS, MAX_NAME_BYTES } from './limits.ts';
import { marshalSet } from './marshal-set.ts';
import { binaryOf, numberOf, textBytes } from './scalar.ts';

/** An item as DynamoDB's low-level API takes it. */
export type Item = Record<string, AttributeValue>;

/** An item ready to be sent. */
export interface Marshalled {
  readonly item: Item;
  /** Bytes as stored, attribute names included. */
  readonly size: number;
}

/** One walk over a record. It builds, measures and checks at once, because each further walk would cost as much again. */
export interface Walk {
  size: number;
  /** Level of the value at hand: 0 is the record, 1 its attributes. */
  level: number;
  /** Names and positions that lead to the value at hand; entries beyond its level are stale. */
  readonly path: (string | number)[];
  readonly allowUnsafe: boolean;
}

const NULL: AttributeValue = Object.freeze({ NULL: true });
const TRUE: AttributeValue = Object.freeze({ BOOL: true });
const FALSE: AttributeValue = Object.freeze({ BOOL: false });

/**
 * Turns a record into an item of the low-level API and measures it.
 *
 * Values mean what they mean to `@aws-sdk/lib-dynamodb`, with these differences: properties that are undefined are left
 * out; functions are refused instead of left out; numbers are held against DynamoDB's own range; text that is not valid
 * Unicode is refused. Sizes follow the developer guide, "DynamoDB item sizes and formats": names and text in UTF-8 bytes,
 * binary as it is, null and Boolean 1, list and map 3 and 1 for each element.
 *
 * @throws MillraceError with the value's path in `details.path`: the codes of numbers and sets, `DYNAMODB_TEXT_INVALID`,
 *   `DYNAMODB_NAME_INVALID`, `DYNAMODB_NESTING_TOO_DEEP` or `DYNAMODB_VALUE_UNSUPPORTED`
 */
export function marshal(record: unknown, allowUnsafe = false): Marshalled {
  const walk: Walk = { size: 0, level: 0, path: [], allowUnsafe };
  try {
    if (typeof record !== 'object' || record === null || !isPlain(record)) throw unsupported(record);
    const item = marshalObject(record as Record<string, unknown>, walk, 1);
    return { item, size: walk.size };
  } catch (thrown) {
    if (!isMillraceError(thrown)) throw thrown;
    const path = walk.path.slice(0, walk.level);
    throw new MillraceError(thrown.code, `${describe(path)}: ${thrown.message}`, { details: { path } });
  }
}

function marshalValue(value: unknown, walk: Walk, level: number): AttributeValue {
  walk.level = level;
  if (level > MAX_LEVELS) {
    throw new MillraceError(
      'DYNAMODB_NESTING_TOO_DEEP',
      `DynamoDB takes ${MAX_LEVELS} levels of nesting. Flatten the record, or store the inner part as JSON text.`,
    );
  }
  if (typeof value === 'string') {
    walk.size += textBytes(value);
    return { S: value };
  }
  if (typeof value === 'boolean') {
    walk.size += 1;
    return value ? TRUE : FALSE;
  }
  if (value === null) {
    walk.size += 1;
    return NULL;
  }
  return typeof value === 'object' ? marshalContainer(value, walk, level) : marshalNumber(value, walk);
}

function marshalNumber(value: unknown, walk: Walk): AttributeValue {
  const number = numberOf(value, walk.allowUnsafe);
  if (number === undefined) throw unsupported(value);
  walk.size += number.bytes;
  return { N: number.text };
}

function marshalContainer(value: object, walk: Walk, level: number): AttributeValue {
  if (Array.isArray(value)) return { L: marshalList(value, walk, level + 1) };
  if (isPlain(value)) {
    walk.size += 3;
    return { M: marshalObject(value as Record<string, unknown>, walk, level + 1) };
  }
  if (value instanceof Set) return marshalSet(value, walk);
  if (value instanceof Map) return { M: marshalMap(value, walk, level + 1) };
  const bytes = binaryOf(value);
  if (bytes === undefined) return marshalNumber(value, walk);
  walk.size += bytes.byteLength;
  return { B: bytes };
}

function marshalList(values: readonly unknown[], walk: Walk, level: number): AttributeValue[] {
  walk.size += 3 + values.length;
  const list: AttributeValue[] = [];
  for (let index = 0; index < values.length; index += 1) {
    walk.path[level - 1] = index;
    list.push(marshalValue(values[index], walk, level));
  }
  return list;
}

function marshalObject(values: Readonly<Record<string, unknown>>, walk: Walk, level: number): Item {
  const item: Item = {};
  for (const name of Object.keys(values)) marshalEntry(item, name, values[name], walk, level);
  return item;
}

function marshalMap(values: ReadonlyMap<unknown, unknown>, walk: Walk, level: number): Item {
  walk.size += 3;
  const item: Item = {};
  for (const [name, value] of values) {
    if (typeof name !== 'string') throw invalidName(`A key of the Map is of type ${typeof name}; names are strings.`);
    marshalEntry(item, name, value, walk, level);
  }
  return item;
}

function marshalEntry(item: Item, name: string, value: unknown, walk: Walk, level: number): void {
  if (value === undefined) return;
  walk.path[level - 1] = name;
  walk.level = level;
  const bytes = textBytes(name);
  if (bytes === 0 || bytes > MAX_NAME_BYTES) {
    throw invalidName(`An attribute's name has 1 to ${MAX_NAME_BYTES} bytes; this one has ${bytes}. Rename it.`);
  }
  // The elements of a nested map cost a byte each; those of the item itself do not.
  walk.size += level === 1 ? bytes : bytes + 1;
  const attribute = marshalValue(value, walk, level);
  if (name !== '__proto__') item[name] = attribute;
  else Object.defineProperty(item, name, { value: attribute, enumerable: true, configurable: true, writable: true });
}

/** True for object literals and what JSON.parse makes, of any realm; false for instances of classes. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unsupported(value: unknown): MillraceError {
  const kind = kindOf(value);
  const hint = HINTS[kind] ?? 'Map the record to plain objects, lists, text, numbers, binary, sets, Booleans and null.';
  return new MillraceError('DYNAMODB_VALUE_UNSUPPORTED', `DynamoDB cannot store this value (${kind}). ${hint}`);
}

const HINTS: Readonly<Record<string, string>> = {
  Date: 'Store date.toISOString(), or whole seconds since the epoch where it is for time to live.',
  undefined: 'In a list, store null or filter it out.',
};

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  const { constructor } = Object.getPrototypeOf(value) as { readonly constructor?: unknown };
  return typeof constructor === 'function' ? constructor.name : 'object';
}

function invalidName(message: string): MillraceError {
  return new MillraceError('DYNAMODB_NAME_INVALID', message);
}

function describe(path: readonly (string | number)[]): string {
  if (path.length === 0) return 'record';
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}
