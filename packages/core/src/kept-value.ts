import { decimal, isDecimal } from './decimal.ts';

const TAG = '$millrace';
/** A value nested deeper is not a record that anyone wants back, and writing it down would take the whole stack. */
const MAX_LEVELS = 500;
/** Objects that share parts can be small in memory and endless as text. */
const MAX_VALUES = 1_000_000;

/** Why a value cannot be written down so that it comes back as it was. */
export class Unkeepable extends Error {}

/**
 * Turns a value into what JSON holds, so that {@link decodeKept} brings it back as it was, prototypes included: objects with
 * and without a prototype, arrays with and without holes, `undefined`, numbers of all kinds, bigints, decimals, dates,
 * maps, sets, and bytes in every form.
 *
 * @throws Unkeepable for everything else: instances of classes, functions, symbols, members that are hidden or stand under
 *   symbols, and what is nested more than 500 levels deep, holds itself or has more than a million values
 */
export function encodeKept(value: unknown): unknown {
  let left = MAX_VALUES;

  function encode(inner: unknown, levels: number): unknown {
    left -= 1;
    if (left < 0) throw new Unkeepable(`it has more than ${MAX_VALUES} values`);
    switch (typeof inner) {
      case 'number':
        return Number.isFinite(inner) && !Object.is(inner, -0) ? inner : tagged('number', numberText(inner));
      case 'bigint':
        return tagged('bigint', `${inner}`);
      case 'undefined':
        return { [TAG]: 'undefined' };
      case 'object':
        break;
      case 'string':
      case 'boolean':
        return inner;
      default:
        throw new Unkeepable(`it holds a ${typeof inner}`);
    }
    if (inner === null) return null;
    if (ArrayBuffer.isView(inner) || inner instanceof ArrayBuffer) return encodeBytes(inner);
    if (levels === 0) throw new Unkeepable(`it is nested more than ${MAX_LEVELS} levels deep, or holds itself`);
    const deeper = (each: unknown): unknown => encode(each, levels - 1);
    if (Array.isArray(inner)) return encodeArray(inner, deeper);
    const prototype = Object.getPrototypeOf(inner) as object | null;
    return isPlain(prototype) ? encodePlain(inner, prototype, deeper) : encodeInstance(inner, prototype, deeper);
  }

  return encode(value, MAX_LEVELS);
}

/** @throws Error where this is not what {@link encodeKept} made */
export function decodeKept(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeKept);
  if (typeof value !== 'object' || value === null) return value;
  if (!(TAG in value)) return decodePlain(value);
  const { [TAG]: tag, value: inner } = value as { readonly [TAG]: string; readonly value: never };
  const restore = Object.hasOwn(RESTORE, tag) ? RESTORE[tag] : undefined;
  if (restore === undefined) throw new TypeError('The mark of a kept value is not known.');
  return restore(inner);
}

type Encode = (value: unknown) => unknown;

function tagged(tag: string, value: unknown): unknown {
  return { [TAG]: tag, value };
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function encodeArray(values: readonly unknown[], encode: Encode): unknown {
  assertNoMore(values, Array.prototype, Object.keys(values).length + 1);
  const keys = Object.keys(values);
  if (keys.some((key) => !/^\d+$/.test(key))) throw new Unkeepable('it holds an array with members of other names');
  if (keys.length === values.length) return values.map(encode);
  const items = keys.map((key) => [Number(key), encode(values[Number(key)])]);
  return tagged('sparse', { length: values.length, items });
}

/** An object literal, of whatever realm, or one without a prototype. */
function isPlain(prototype: object | null): boolean {
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
}

function encodePlain(value: object, prototype: object | null, encode: Encode): unknown {
  const entries = Object.entries(value);
  if (Reflect.ownKeys(value).length !== entries.length) {
    throw new Unkeepable('it holds an object with members that are hidden or stand under symbols');
  }
  const plain = Object.fromEntries(entries.map(([key, inner]) => [key, encode(inner)]));
  if (prototype === null) return tagged('bare', plain);
  return Object.hasOwn(plain, TAG) ? tagged('object', plain) : plain;
}

function encodeInstance(value: object, prototype: object | null, encode: Encode): unknown {
  if (isDecimal(value)) return tagged('decimal', value.text);
  if (value instanceof Date) {
    assertNoMore(value, Date.prototype, 0);
    return tagged('date', value.getTime());
  }
  if (value instanceof Set) {
    assertNoMore(value, Set.prototype, 0);
    return tagged('set', Array.from(value, encode));
  }
  if (value instanceof Map && prototype === Map.prototype) {
    assertNoMore(value, Map.prototype, 0);
    return tagged(
      'map',
      Array.from(value, ([key, inner]) => [encode(key), encode(inner)]),
    );
  }
  throw new Unkeepable('it holds an instance of a class');
}

/** Refuses instances of subclasses, and members beside those that the class has. */
function assertNoMore(value: object, prototype: object, members: number): void {
  if (Object.getPrototypeOf(value) !== prototype) throw new Unkeepable('it holds an instance of a class');
  if (Reflect.ownKeys(value).length !== members) throw new Unkeepable('it holds an object with members of its own');
}

type Bytes = ArrayBufferView | ArrayBuffer;

/** The views of bytes that come back, by their names. `Float16Array` is younger than the oldest Node that is supported. */
const VIEWS: readonly string[] = [
  'Int8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
];

type MakeView = new (bytes: ArrayBuffer) => ArrayBufferView;

function viewNamed(name: string): MakeView | undefined {
  return (globalThis as unknown as Readonly<Record<string, MakeView | undefined>>)[name];
}

/** Node's own class of bytes, which this package does without elsewhere: a record may hold it all the same. */
function nodeBytes(): { readonly from: (bytes: ArrayBuffer) => Uint8Array; readonly prototype: object } | undefined {
  return (globalThis as Readonly<Record<string, unknown>>)['Buffer'] as ReturnType<typeof nodeBytes>;
}

function encodeBytes(value: Bytes): unknown {
  const prototype = Object.getPrototypeOf(value) as object;
  if (value instanceof ArrayBuffer) {
    assertNoMore(value, ArrayBuffer.prototype, 0);
    if ((value as { readonly resizable?: boolean }).resizable === true)
      throw new Unkeepable('it holds a buffer that can grow');
    return tagged('buffer', toBase64(new Uint8Array(value)));
  }
  if (!(value.buffer instanceof ArrayBuffer)) throw new Unkeepable('it holds memory that is shared');
  const text = toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (prototype === Uint8Array.prototype) return tagged('bytes', text);
  if (prototype === nodeBytes()?.prototype) return tagged('node', text);
  const view = VIEWS.find((name) => viewNamed(name)?.prototype === prototype);
  if (view === undefined) throw new Unkeepable('it holds an instance of a class');
  return tagged('view', { view, bytes: text });
}

/** `btoa` takes characters up to U+00FF, and an argument list has its limits. */
function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += 8192)
    text += String.fromCharCode(...bytes.subarray(from, from + 8192));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function decodePlain(value: object): object {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decodeKept(inner)]));
}

function restoreView({ view, bytes }: { readonly view: string; readonly bytes: string }): ArrayBufferView {
  const View = VIEWS.includes(view) ? viewNamed(view) : undefined;
  if (View === undefined) throw new TypeError('This runtime has no such view of bytes.');
  return new View(fromBase64(bytes).buffer);
}

function restoreNodeBytes(text: string): Uint8Array {
  const bytes = fromBase64(text);
  return nodeBytes()?.from(bytes.buffer) ?? bytes;
}

function restoreSparse({
  length,
  items,
}: {
  readonly length: number;
  readonly items: readonly (readonly [number, unknown])[];
}): unknown[] {
  const values: unknown[] = [];
  values.length = length;
  for (const [index, inner] of items) values[index] = decodeKept(inner);
  return values;
}

const RESTORE: Readonly<Record<string, (inner: never) => unknown>> = {
  number: (text: string) => Number(text),
  bigint: (text: string) => BigInt(text),
  decimal: (text: string) => decimal(text),
  undefined: () => undefined,
  // JSON has null for the time of an invalid date, which Date would take for 1970.
  date: (time: number | null) => new Date(time ?? Number.NaN),
  bytes: (text: string) => fromBase64(text),
  node: restoreNodeBytes,
  buffer: (text: string) => fromBase64(text).buffer,
  view: restoreView,
  sparse: restoreSparse,
  set: (values: readonly unknown[]) => new Set(values.map(decodeKept)),
  map: (entries: readonly (readonly [unknown, unknown])[]) =>
    new Map(entries.map(([key, inner]) => [decodeKept(key), decodeKept(inner)])),
  object: decodePlain,
  bare: (plain: object) => Object.setPrototypeOf(decodePlain(plain), null) as object,
};
