import { type Decimal, MillraceError } from '@millrace/core';
import { RecordProblem } from '@millrace/framing';
import { exactNumber, isHeld } from './exact-numbers.ts';

/**
 * What the text of a field becomes. `number` and `integer` refuse what a JavaScript number cannot hold exactly; `decimal` makes
 * a bigint of it where it is whole, else a `Decimal`; `bigint` holds integers of any size; `boolean` is `true` or `false` in any case, or 1 or 0. White space around is left out, and an
 * empty field is `null`. A function makes the value itself, of the text as it stands; its throw rejects the record.
 */
export type FieldType =
  | 'string'
  | 'number'
  | 'decimal'
  | 'integer'
  | 'bigint'
  | 'boolean'
  | ((text: string) => unknown);

/** The value that a type makes of a field. */
export type FieldValue<Y> = Y extends (text: string) => infer V
  ? V
  : Y extends 'number' | 'integer'
    ? number | null
    : Y extends 'decimal'
      ? number | bigint | Decimal | null
      : Y extends 'bigint'
        ? bigint | null
        : Y extends 'boolean'
          ? boolean | null
          : string;

/** The record of fields with these names; if the names are known at run time only, any name may be missing. */
export type TypedRow<N extends string, Y> = string extends N
  ? { [K in keyof Y]: FieldValue<Y[K]> } & Record<string, string | undefined | FieldValue<Y[keyof Y]>>
  : { [K in N]: K extends keyof Y ? FieldValue<Y[K]> : string };

export type FieldTypes = Readonly<Record<string, FieldType>>;

/** Converts some fields of a record in place, or says what is wrong with one. */
export type ConvertFields = (record: Record<string, unknown>) => RecordProblem | undefined;

const FAILED: unique symbol = Symbol('failed');

/** Linear in the text: no two parts compete for the same digits. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

export function fieldConverter(types: FieldTypes = {}): ConvertFields | undefined {
  const typed = Object.entries(types).filter(([, type]) => type !== 'string');
  if (typed.length === 0) return undefined;
  return (record) => {
    for (const [name, type] of typed) {
      const text = record[name];
      if (typeof text !== 'string') continue;
      let value: unknown = FAILED;
      let cause: unknown;
      try {
        value = typeof type === 'function' ? type(text) : convert(text.trim(), type);
      } catch (thrown) {
        cause = thrown;
      }
      if (value === FAILED) return fieldInvalid(name, text, type, cause);
      record[name] = value;
    }
    return undefined;
  };
}

function convert(text: string, type: Exclude<FieldType, (text: string) => unknown>): unknown {
  if (text === '') return null;
  switch (type) {
    case 'number':
      return DECIMAL.test(text) ? heldNumber(text) : FAILED;
    case 'decimal':
      return DECIMAL.test(text) ? exactNumber(text.replace('+', '')) : FAILED;
    case 'integer':
      return /^[+-]?\d+$/.test(text) ? heldNumber(text) : FAILED;
    case 'bigint':
      return /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : FAILED;
    case 'boolean':
      return BOOLEANS.get(text.toLowerCase()) ?? FAILED;
    case 'string':
      return text;
  }
}

function heldNumber(text: string): number | typeof FAILED {
  const value = Number(text);
  return isHeld(text, value) ? value : FAILED;
}

function fieldInvalid(name: string, text: string, type: FieldType, cause: unknown): RecordProblem {
  const kind = typeof type === 'function' ? 'what its type takes' : `an exact ${type}`;
  // The name is one of the option "types", so it is not content; the reason that a function gives may quote the field.
  const what = `has a text of ${text.length} characters in field ${JSON.stringify(name)}, which is not ${kind}.`;
  const content = cause === undefined ? {} : { content: { reason: reasonOf(cause) } };
  return new RecordProblem({
    code: 'FIELD_INVALID',
    what,
    details: { field: name, length: text.length, ...content },
    cause,
  });
}

/** Characters of a reason that a rejection keeps. */
const MAX_REASON_CHARS = 1024;

function reasonOf(cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return reason.slice(0, MAX_REASON_CHARS);
}

const TYPES = ['string', 'number', 'decimal', 'integer', 'bigint', 'boolean'] as const;

/** Returns what an option must be to name the types of fields, with the column that has another one. */
export function fieldTypesProblem(value: unknown): string | undefined {
  const expected = `an object of types by field, each a function or one of ${TYPES.join(', ')}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return expected;
  const wrong = Object.entries(value).find(
    ([, type]) => typeof type !== 'function' && !(TYPES as readonly unknown[]).includes(type),
  );
  if (wrong === undefined) return undefined;
  const [name, type] = wrong as readonly [string, unknown];
  const shown = typeof type === 'string' ? JSON.stringify(type) : `of type ${typeof type}`;
  return `${expected} (that of ${JSON.stringify(name)} is ${shown})`;
}

/** @throws MillraceError `OPTION_INVALID` where types are given for a field that no record has */
export function assertKnownFields(owner: string, types: FieldTypes, names: readonly string[]): void {
  const stranger = Object.keys(types).find((name) => !names.includes(name));
  if (stranger === undefined) return;
  const known = names.join(', ');
  throw new MillraceError('OPTION_INVALID', `${owner}: option "types" names "${stranger}"; the fields are ${known}.`, {
    details: { owner, option: 'types' },
  });
}
