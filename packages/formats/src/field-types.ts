import { type Decimal, MillraceError } from '@millrace/core';
import { RecordProblem } from '@millrace/framing';
import { type DateFormat, dateFormatProblem, dateReader } from './date-format.ts';
import { exactNumber, isHeld } from './exact-numbers.ts';
import { type NumberFormat, numberFormatProblem, numberReader } from './number-format.ts';

/** A type of fields that has a name. */
type NamedType = 'string' | 'number' | 'decimal' | 'integer' | 'bigint' | 'boolean';

/**
 * What the text of a field becomes. `number` and `integer` refuse what a JavaScript number cannot hold exactly; `decimal` makes
 * a bigint of it if it is whole, else a `Decimal`; `bigint` holds integers of any size; `boolean` is `true` or `false` in any case, or 1 or 0.
 * An object gives the format of numbers or dates: `{ type: 'number', decimal: ',', thousands: '.' }`, `{ type: 'date', format: 'DD.MM.YYYY' }`.
 * White space around is left out, and an empty field is `null`. A function makes the value itself, of the text as it is; its throw rejects the
 * record with `FIELD_INVALID`.
 */
export type FieldType = NamedType | NumberFormat | DateFormat | ((text: string) => unknown);

/** The value that a type makes of a field. */
export type FieldValue<Y> = Y extends (text: string) => infer V
  ? V
  : Y extends { readonly type: infer N }
    ? N extends 'date'
      ? string | null
      : FieldValue<N>
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
  const fields = typed.map(([name, type]) => ({ name, type, read: readerOf(type) }));
  return (record) => {
    for (const { name, type, read } of fields) {
      const text = record[name];
      if (typeof text !== 'string') continue;
      let value: unknown = FAILED;
      let thrown: { readonly cause: unknown } | undefined;
      try {
        value = read(text);
      } catch (cause) {
        thrown = { cause };
      }
      if (value === FAILED) return fieldInvalid(name, text, type, thrown);
      record[name] = value;
    }
    return undefined;
  };
}

function readerOf(type: FieldType): (text: string) => unknown {
  if (typeof type === 'function') return type;
  if (typeof type === 'string') return (text) => convert(text.trim(), type);
  const trimmed = type.type === 'date' ? dateReader(type.format) : numberReader(type);
  return (text) => {
    const field = text.trim();
    if (field === '') return null;
    const read = trimmed(field);
    if (read === undefined) return FAILED;
    return type.type === 'date' ? read : convert(read, type.type);
  };
}

function convert(text: string, type: NamedType): unknown {
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

function fieldInvalid(
  name: string,
  text: string,
  type: FieldType,
  thrown: { readonly cause: unknown } | undefined,
): RecordProblem {
  const error = thrown && nameOf(thrown.cause);
  const kind = thrown === undefined ? `is not ${kindOf(type)}` : `its type refuses with ${error}`;
  // The name is one of the option "types", so it is not content; the reason that a function gives may quote the field.
  const what = `has a text of ${text.length} characters in field ${JSON.stringify(name)}, which ${kind}.`;
  const details = {
    field: name,
    length: text.length,
    ...(thrown !== undefined && { error, content: { reason: reasonOf(thrown.cause) } }),
  };
  return new RecordProblem({ code: 'FIELD_INVALID', what, details, cause: thrown?.cause });
}

function kindOf(type: FieldType): string {
  if (typeof type === 'string') return `an exact ${type}`;
  if (typeof type === 'function') return 'what its type takes';
  return type.type === 'date'
    ? `a date in the format ${type.format}`
    : `an exact ${type.type} in the format of its type`;
}

/** The name of an error, unless it could hold content. */
function nameOf(cause: unknown): string {
  const name: unknown = cause instanceof Error ? cause.name : typeof cause;
  return typeof name === 'string' && /^[A-Za-z_$][\w$]{0,63}$/.test(name) ? name : 'an error';
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
  const expected = `an object of types by field, each a function, a format or one of ${TYPES.join(', ')}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return expected;
  for (const [name, type] of Object.entries(value) as readonly (readonly [string, unknown])[]) {
    if (typeof type === 'function' || (TYPES as readonly unknown[]).includes(type)) continue;
    const problem = formatProblem(type);
    if (problem === undefined) continue;
    const shown = typeof type === 'string' ? `is ${JSON.stringify(type)}` : problem;
    return `${expected} (that of ${JSON.stringify(name)} ${shown})`;
  }
  return undefined;
}

function formatProblem(type: unknown): string | undefined {
  if (typeof type !== 'object' || type === null || Array.isArray(type)) return `is of type ${typeof type}`;
  const format = type as Readonly<Record<string, unknown>>;
  const problem =
    format['type'] === 'date'
      ? dateFormatProblem(format)
      : ['number', 'decimal', 'integer', 'bigint'].includes(format['type'] as string)
        ? numberFormatProblem(format)
        : 'an object whose "type" is number, decimal, integer, bigint or date';
  return problem && `must be ${problem}`;
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
