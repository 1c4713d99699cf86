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
  if (typeof record !== 'object' || record === null || !isPlain(record)) throw placed(unsupported(record), []);
  const walk: Walk = { size: 0, allowUnsafe };
  try {
    const item = marshalObject(record as Record<string, unknown>, walk, 1);
    return { item, size: walk.size };
  } catch (thrown) {
    throw thrown instanceof Misplaced ? placed(thrown.error, thrown.path) : thrown;
  }
}

function marshalValue(value: unknown, walk: Walk, level: number): AttributeValue {
  if (level > MAX_LEVELS) throw tooDeep();
  if (typeof value === 'string') {
    walk.size += textBytes(value);
    return { S: value };
  }
  if (typeof value === 'object' && value !== null) return marshalContainer(value, walk, level);
  if (typeof value !== 'boolean' && value !== null) return marshalNumber(value, walk);
  walk.size += 1;
  if (value === null) return NULL;
  return value ? TRUE : FALSE;
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
  let index = 0;
  try {
    for (; index < values.length; index += 1) list.push(marshalValue(values[index], walk, level));
  } catch (thrown) {
    throw within(thrown, index);
  }
  return list;
}

function marshalObject(values: Readonly<Record<string, unknown>>, walk: Walk, level: number): Item {
  const item: Item = {};
  let at = '';
  try {
    for (const name of Object.keys(values)) {
      at = name;
      const value = values[name];
      if (value === undefined) continue;
      addName(name, walk, level);
      const attribute = marshalValue(value, walk, level);
      if (name === '__proto__') define(item, name, attribute);
      else item[name] = attribute;
    }
  } catch (thrown) {
    throw within(thrown, at);
  }
  return item;
}

function marshalMap(values: ReadonlyMap<unknown, unknown>, walk: Walk, level: number): Item {
  for (const name of values.keys()) {
    if (typeof name !== 'string') throw invalidName(`A key of the Map is of type ${typeof name}; names are strings.`);
  }
  walk.size += 3;
  return marshalObject(Object.fromEntries(values as ReadonlyMap<string, unknown>), walk, level);
}

function addName(name: string, walk: Walk, level: number): void {
  const bytes = textBytes(name);
  if (bytes === 0 || bytes > MAX_NAME_BYTES) {
    throw invalidName(`An attribute's name has 1 to ${MAX_NAME_BYTES} bytes; this one has ${bytes}. Rename it.`);
  }
  // The elements of a nested map cost a byte each; those of the item itself do not.
  walk.size += level === 1 ? bytes : bytes + 1;
}

/** Assigning to `__proto__` would set the prototype and lose the attribute. */
function define(item: Item, name: string, value: AttributeValue): void {
  Object.defineProperty(item, name, { value, enumerable: true, configurable: true, writable: true });
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

function tooDeep(): MillraceError {
  return new MillraceError(
    'DYNAMODB_NESTING_TOO_DEEP',
    `DynamoDB takes ${MAX_LEVELS} levels of nesting. Flatten the record, or store the inner part as JSON text.`,
  );
}

type Step = string | number;

/** Carries an error up to the record and gathers its path on the way, so that a walk that goes well keeps no path. */
class Misplaced extends Error {
  readonly error: MillraceError;
  readonly path: Step[];

  constructor(error: MillraceError, step: Step) {
    super(error.message);
    this.error = error;
    this.path = [step];
  }
}

function within(thrown: unknown, step: Step): unknown {
  if (isMillraceError(thrown)) return new Misplaced(thrown, step);
  if (thrown instanceof Misplaced) thrown.path.unshift(step);
  return thrown;
}

function placed({ code, message }: MillraceError, path: readonly Step[]): MillraceError {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  const place = steps === '' ? 'record' : steps.replace(/^\./, '');
  return new MillraceError(code, `${place}: ${message}`, { details: { path } });
}
