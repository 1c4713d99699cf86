import { isMillraceError, MillraceError } from '@millrace/core';
import { type AttributeName, invalidName } from './attribute-names.ts';
import { MAX_LEVELS } from './limits.ts';
import { Walk } from './marshal-walk.ts';
import { setJson } from './marshal-set.ts';
import { numberText } from './number.ts';
import { base64, binaryOf, numberOf } from './scalar.ts';

/** An item ready to be sent. */
export interface Marshalled {
  /** Its attribute values as the API's JSON has them, in UTF-8. */
  readonly json: Buffer;
  /** Bytes as stored, attribute names included. */
  readonly size: number;
  /** Whether it holds binary, which JSON has in base64. */
  readonly binary: boolean;
}

/** The walk that is not under way, with the names and the buffer of the ones before. */
let idle: Walk | undefined;

/**
 * Turns a record into the JSON of an item and measures it.
 *
 * Values mean what they mean to `@aws-sdk/lib-dynamodb`, with these differences: properties that are undefined are left
 * out; functions are refused instead of left out; numbers are held against DynamoDB's own range; text that is not valid
 * Unicode is refused. Sizes follow the developer guide, "DynamoDB item sizes and formats": names and text in UTF-8 bytes,
 * binary as it is, null and Boolean 1, list and map 3 and 1 for each element.
 *
 * @throws MillraceError with the value's position in `details.path`, which has the positions of attributes and elements from
 *   the record down, counted from 0, since names are content: the codes of numbers and sets, `DYNAMODB_TEXT_INVALID`,
 *   `DYNAMODB_NAME_INVALID`, `DYNAMODB_NESTING_TOO_DEEP` or `DYNAMODB_VALUE_UNSUPPORTED`
 */
export function marshal(record: unknown, allowUnsafe = false): Marshalled {
  return walked(record, allowUnsafe, ({ out, size, binary }) => ({ json: out.copy(), size, binary }));
}

/** Returns the size that {@link marshal} returns, without a copy of the JSON. */
export function measure(record: unknown, allowUnsafe = false): number {
  return walked(record, allowUnsafe, ({ size }) => size);
}

function walked<T>(record: unknown, allowUnsafe: boolean, answer: (walk: Walk) => T): T {
  if (typeof record !== 'object' || record === null || !isPlain(record)) throw placed(unsupported(record), []);
  // A record may run code, such as `toAttributeValue`, which may come here again: then there is none to take.
  const walk = idle ?? new Walk();
  idle = undefined;
  try {
    walk.begin(allowUnsafe);
    writeObject(record as Record<string, unknown>, walk, 1);
    return answer(walk);
  } catch (thrown) {
    throw thrown instanceof Misplaced ? placed(thrown.error, thrown.path) : thrown;
  } finally {
    idle = walk;
  }
}

const BRACE = 0x7b;
const BRACE_END = 0x7d;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;

function writeObject(values: Readonly<Record<string, unknown>>, walk: Walk, level: number): void {
  const start = walk.out.at;
  let at = -1;
  try {
    for (const name of Object.keys(values)) {
      at += 1;
      const value = values[name];
      if (value === undefined) continue;
      const attribute = walk.names.of(name);
      // The elements of a nested map cost a byte each; those of the item itself do not.
      walk.size += level === 1 ? attribute.size : attribute.size + 1;
      writeValue(attribute, value, walk, level);
    }
  } catch (thrown) {
    throw within(thrown, at);
  }
  walk.out.close(start, BRACE, BRACE_END);
}

function writeList(values: readonly unknown[], walk: Walk, level: number): void {
  const start = walk.out.at;
  walk.size += 3 + values.length;
  const { element } = walk.parts;
  let index = 0;
  try {
    for (; index < values.length; index += 1) writeValue(element, values[index], walk, level);
  } catch (thrown) {
    throw within(thrown, index);
  }
  walk.out.close(start, BRACKET, BRACKET_END);
}

function writeValue(attribute: AttributeName, value: unknown, walk: Walk, level: number): void {
  const { out } = walk;
  if (level > MAX_LEVELS) throw tooDeep();
  if (typeof value === 'string') {
    walk.size += out.text(attribute.text, value);
  } else if (typeof value === 'number') {
    const { text, bytes: size } = numberText(value, walk.allowUnsafe);
    walk.size += size;
    out.ascii(attribute.number, text);
  } else {
    out.raw(attribute.opening);
    if (typeof value === 'object' && value !== null) return writeContainer(value, walk, level);
    if (typeof value !== 'boolean' && value !== null) return writeNumber(value, walk);
    walk.size += 1;
    out.raw(value === null ? walk.parts.null : value ? walk.parts.true : walk.parts.false);
  }
}

function writeContainer(value: object, walk: Walk, level: number): void {
  const { out, parts } = walk;
  if (Array.isArray(value)) {
    out.raw(parts.list);
    writeList(value, walk, level + 1);
    out.raw(parts.end);
  } else if (isPlain(value)) {
    writeMap(value as Record<string, unknown>, walk, level);
  } else if (value instanceof Set) {
    out.json(setJson(value, walk));
  } else if (value instanceof Map) {
    writeMap(propertiesOf(value), walk, level);
  } else {
    const binary = binaryOf(value);
    if (binary === undefined) return writeNumber(value, walk);
    walk.size += binary.byteLength;
    walk.binary = true;
    out.ascii(parts.binary, base64(binary));
  }
}

function writeMap(values: Readonly<Record<string, unknown>>, walk: Walk, level: number): void {
  walk.size += 3;
  walk.out.raw(walk.parts.map);
  writeObject(values, walk, level + 1);
  walk.out.raw(walk.parts.end);
}

/** A number that a JavaScript number cannot hold. */
function writeNumber(value: unknown, walk: Walk): void {
  const number = numberOf(value, walk.allowUnsafe);
  if (number === undefined) throw unsupported(value);
  walk.size += number.bytes;
  walk.out.ascii(walk.parts.number, number.text);
}

function propertiesOf(map: ReadonlyMap<unknown, unknown>): Readonly<Record<string, unknown>> {
  for (const name of map.keys()) {
    if (typeof name !== 'string') throw invalidName(`A key of the Map is of type ${typeof name}; names are strings.`);
  }
  return Object.fromEntries(map as ReadonlyMap<string, unknown>);
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

function tooDeep(): MillraceError {
  return new MillraceError(
    'DYNAMODB_NESTING_TOO_DEEP',
    `DynamoDB takes ${MAX_LEVELS} levels of nesting. Flatten the record, or store the inner part as JSON text.`,
  );
}

/** Carries an error up to the record and gathers its path on the way, so that a walk that goes well keeps no path. */
class Misplaced extends Error {
  readonly error: MillraceError;
  readonly path: number[];

  constructor(error: MillraceError, step: number) {
    super(error.message);
    this.error = error;
    this.path = [step];
  }
}

function within(thrown: unknown, step: number): unknown {
  if (isMillraceError(thrown)) return new Misplaced(thrown, step);
  if (thrown instanceof Misplaced) thrown.path.unshift(step);
  return thrown;
}

function placed({ code, message }: MillraceError, path: readonly number[]): MillraceError {
  const place = path.length === 0 ? 'Record' : `Value at position ${path.join('.')} of the record`;
  return new MillraceError(code, `${place}: ${message}`, { details: { path } });
}
