import { recordInvalid } from './refusal.ts';

/** JSON with numbers of any length (V8 11.4, Node 21); TypeScript does not know it yet. */
const { rawJSON, isRawJSON } = JSON as unknown as {
  readonly rawJSON: (text: string) => unknown;
  readonly isRawJSON: (value: unknown) => boolean;
};

/** Levels of a place that a message names; the others are counted. */
const NAMED_LEVELS = 8;

/** What JSON cannot say, and where: numbers of fields and elements from the inside out. Names of fields are content. */
class Unfit extends Error {
  readonly places: number[] = [];
}

/**
 * Returns a value as JSON, or refuses it if JSON would say something else than the value: a set, a map, bytes and instances of
 * classes would become `{}` or the like, and `NaN` would become `null`. A bigint becomes its digits. What has `toJSON`, such
 * as a date, and what `JSON.rawJSON` made, are taken at their word. What a refusal says is never content of the record.
 */
export function jsonText(value: unknown): string {
  try {
    const bigints = inspect(value);
    const text = JSON.stringify(value, bigints ? digits : undefined) as string | undefined;
    if (text !== undefined) return text;
  } catch (error) {
    if (error instanceof Unfit) throw recordInvalid(unfitMessage(error));
    // Both a circle and what is nested too deeply end the stack. Their messages name fields.
    if (error instanceof RangeError || error instanceof TypeError) {
      throw recordInvalid(
        'JSON cannot hold this record: it contains itself, is nested too deeply, or its toJSON threw.',
      );
    }
    throw error;
  }
  throw recordInvalid(`JSON has no word for ${typeof value}.`);
}

function digits(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? rawJSON(`${value}`) : value;
}

/** Refuses what JSON does not say as it is. Returns whether there is a bigint in it. */
function inspect(value: unknown): boolean {
  switch (typeof value) {
    case 'bigint':
      return true;
    case 'number':
      if (Number.isFinite(value)) return false;
      throw new Unfit(`${value}`);
    case 'object':
      return value !== null && inspectObject(value);
    case 'function':
    case 'symbol':
      throw new Unfit(`a ${typeof value}`);
    default:
      return false;
  }
}

function inspectObject(value: object): boolean {
  if (!Array.isArray(value)) {
    if (isRawJSON(value)) return false;
    if (!isPlain(value)) {
      if (!ArrayBuffer.isView(value) && 'toJSON' in value) return false;
      throw new Unfit(`a ${value.constructor?.name ?? 'value of a class'}`);
    }
  }
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let bigints = false;
  let place = 0;
  try {
    for (; place < parts.length; place += 1) {
      const part = parts[place];
      if (typeof part === 'string') continue;
      if (part === undefined && Array.isArray(value)) throw new Unfit('undefined');
      if (inspect(part)) bigints = true;
    }
  } catch (error) {
    if (error instanceof Unfit) error.places.push(place);
    throw error;
  }
  return bigints;
}

/** An object literal, of whatever realm, or one without a prototype. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unfitMessage({ message: what, places }: Unfit): string {
  const named = places.toReversed().slice(0, NAMED_LEVELS).join(' → ');
  const deeper = places.length > NAMED_LEVELS ? ` and ${places.length - NAMED_LEVELS} levels below it` : '';
  const where =
    places.length === 0 ? 'The record' : `Field or element ${named}${deeper} of the record, counted from 0,`;
  return `${where} is ${what}, which JSON does not say as it is. Map it to what JSON can hold.`;
}
