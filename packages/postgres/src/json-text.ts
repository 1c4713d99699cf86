import { isDecimal, MillraceError } from '@millrace/core';
import { numberText } from './number-text.ts';
import { plainText } from './plain-text.ts';

/** PostgreSQL's own parser ends at a few thousand levels, by `max_stack_depth`; so would this one. */
const MAX_DEPTH = 500;

export interface JsonTextOptions {
  readonly allowInexact: boolean;
  /** Names of objects in one order, so that equal values have one text. @default false */
  readonly sorted?: boolean;
}

/**
 * A value as JSON that says all of it: bigint and `Decimal` with all digits, names that are `undefined` left out, `toJSON` asked. What JSON
 * has no word for is refused instead of left out.
 *
 * @throws MillraceError `POSTGRES_VALUE_UNSUPPORTED`, `POSTGRES_TEXT_NUL`, `POSTGRES_TEXT_INVALID` or `POSTGRES_NUMBER_INEXACT`
 */
export function jsonText(value: unknown, options: JsonTextOptions, depth = 0): string {
  if (depth > MAX_DEPTH) throw unsupported(`JSON of more than ${MAX_DEPTH} levels, or a circle`);
  switch (typeof value) {
    case 'string':
      return JSON.stringify(plainText(value));
    case 'number':
      if (!Number.isFinite(value)) throw unsupported(`${value} in JSON`);
      return numberText(value, options.allowInexact);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : objectText(value, options, depth);
    default:
      throw unsupported(`a value of type ${typeof value} in JSON`);
  }
}

function objectText(value: object, options: JsonTextOptions, depth: number): string {
  if (Array.isArray(value)) return `[${Array.from(value, (one) => jsonText(one, options, depth + 1)).join(',')}]`;
  if (isDecimal(value)) return value.text;
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return jsonText(value.toJSON() as unknown, options, depth + 1);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw unsupported(`${nameOf(value)} in JSON`);
  const names = options.sorted === true ? Object.keys(value).toSorted() : Object.keys(value);
  let text = '';
  for (const name of names) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member === undefined) continue;
    if (text !== '') text += ',';
    text += `${JSON.stringify(plainText(name))}:${jsonText(member, options, depth + 1)}`;
  }
  return `{${text}}`;
}

/** What a value that cannot be written is refused with. */
export function unsupported(what: string): MillraceError {
  return new MillraceError(
    'POSTGRES_VALUE_UNSUPPORTED',
    `The record holds ${what}, which cannot be written without a loss. Map it to what you mean.`,
  );
}

/** Names the class of an object. A property `constructor` of the record's own is content, and is not looked at. */
export function nameOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
  const made = prototype?.constructor;
  return typeof made === 'function' && made !== Object ? `an instance of ${made.name}` : 'an object';
}
