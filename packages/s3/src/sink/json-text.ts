import { recordInvalid } from './refusal.ts';

/** JSON with numbers of any length (V8 11.4, Node 21); TypeScript does not know it yet. */
const { rawJSON, isRawJSON } = JSON as unknown as {
  readonly rawJSON: (text: string) => unknown;
  readonly isRawJSON: (value: unknown) => boolean;
};

/**
 * A value as JSON, or a refusal where JSON would say something else than the value: a set, a map, bytes and instances of
 * classes would become `{}` or the like, and `NaN` would become `null`. A bigint becomes its digits. What has `toJSON`, such
 * as a date, and what `JSON.rawJSON` made, are taken at their word.
 */
export function jsonText(value: unknown): string {
  try {
    const bigints = inspect(value, '');
    const text = JSON.stringify(value, bigints ? digits : undefined) as string | undefined;
    if (text !== undefined) return text;
  } catch (error) {
    // Both a circle and what is nested too deeply end the stack.
    if (error instanceof RangeError || error instanceof TypeError) {
      throw recordInvalid(`JSON cannot hold this record: ${error.message}`, error);
    }
    throw error;
  }
  throw recordInvalid(`JSON has no word for ${typeof value}.`);
}

function digits(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? rawJSON(`${value}`) : value;
}

/** Refuses what JSON does not say as it is. Answers whether there is a bigint in it. */
function inspect(value: unknown, path: string): boolean {
  switch (typeof value) {
    case 'bigint':
      return true;
    case 'number':
      if (Number.isFinite(value)) return false;
      throw unfit(`${value}`, path);
    case 'object':
      return value !== null && inspectObject(value, path);
    case 'function':
    case 'symbol':
      throw unfit(`a ${typeof value}`, path);
    default:
      return false;
  }
}

function inspectObject(value: object, path: string): boolean {
  let bigints = false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      if (value[index] === undefined) throw unfit('undefined', `${path}[${index}]`);
      if (inspect(value[index], `${path}[]`)) bigints = true;
    }
    return bigints;
  }
  if (!isPlain(value)) {
    if (isRawJSON(value) || (!ArrayBuffer.isView(value) && 'toJSON' in value)) return false;
    throw unfit(`a ${value.constructor?.name ?? 'value of a class'}`, path);
  }
  if (isRawJSON(value)) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(fields)) {
    const field = fields[name];
    if (typeof field === 'string') continue;
    if (inspect(field, `${path}.${name}`)) bigints = true;
  }
  return bigints;
}

/** An object literal, of whatever realm, or one without a prototype. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unfit(what: string, path: string): Error {
  const where = path === '' ? 'The record' : `The record at ${path}`;
  return recordInvalid(`${where} is ${what}, which JSON does not say as it is. Map it to what JSON can hold.`);
}
