import { type Decimal, MillraceError } from '@millrace/core';
import { RecordProblem } from '@millrace/framing';
import { cellValue, dateProblem, type ExactXlsxValue, type ValueSettings, type XlsxValue } from './cell-value.ts';
import { exactNumber, isHeld, nearestNumber } from './exact-number.ts';
import { isoDateText } from './iso-date.ts';
import { dateText } from './serial-date.ts';
import type { StoredCell } from './stored-cell.ts';

/**
 * What the cells of a column become, however they are stored: a number or a date that is stored as text is one, and a number is a
 * date whatever its format. `number` and `integer` refuse what a JavaScript number does not hold exactly. An empty cell is `null`, and
 * so is white space, but for `string`. A function makes the value itself, of the value that the cell has without a type; its
 * throw rejects the record.
 */
export type XlsxColumnType =
  | 'string'
  | 'number'
  | 'integer'
  | 'decimal'
  | 'bigint'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'time'
  | 'duration'
  | ((value: XlsxValue) => unknown);

export type XlsxColumnTypes = Readonly<Record<string, XlsxColumnType>>;

/** The value that a type makes of a cell. */
export type XlsxColumnValue<Y> = Y extends (value: XlsxValue) => infer V
  ? V
  : Y extends 'number' | 'integer'
    ? number | null
    : Y extends 'decimal'
      ? number | bigint | Decimal | null
      : Y extends 'bigint'
        ? bigint | null
        : Y extends 'boolean'
          ? boolean | null
          : string | null;

/** The value of a cell of which nothing but `N`, the option `numbers`, is known. */
export type UntypedXlsxValue<N> = N extends 'exact' ? ExactXlsxValue : XlsxValue;

/** The record of columns with these names; if the names are known at run time only, any name may be missing. */
export type XlsxRow<C extends string, Y, N> = string extends C
  ? { [K in keyof Y]: XlsxColumnValue<Y[K]> } & Record<
      string,
      UntypedXlsxValue<N> | XlsxColumnValue<Y[keyof Y]> | undefined
    >
  : { [K in C]: K extends keyof Y ? XlsxColumnValue<Y[K]> : UntypedXlsxValue<N> };

const NAMES = ['string', 'number', 'integer', 'decimal', 'bigint', 'boolean', 'date', 'datetime', 'time', 'duration'];

type Named = Exclude<XlsxColumnType, (value: XlsxValue) => unknown>;

/** Stands for a cell that is not of its column's type. */
const FAILED: unique symbol = Symbol('failed');

/** The value of a cell in a column with a type, or why it has none. */
export function typedValue(cell: StoredCell, name: string, type: XlsxColumnType, settings: ValueSettings): unknown {
  const plain = cellValue(cell, { ...settings, numbers: 'double' });
  if (cell.is === 'error' && (plain === null || plain instanceof RecordProblem)) return plain;
  try {
    const value = typeof type === 'function' ? ofFunction(type, plain) : ofType(cell, plain, type, settings);
    return value === FAILED ? mismatch(name, type, undefined) : value;
  } catch (cause) {
    return mismatch(name, type, cause);
  }
}

/** What a function makes of an empty cell; any other type makes `null`. */
export function emptyValue(name: string, type: XlsxColumnType | undefined): unknown {
  if (typeof type !== 'function') return null;
  try {
    return type(null);
  } catch (cause) {
    return mismatch(name, type, cause);
  }
}

function ofFunction(type: (value: XlsxValue) => unknown, plain: unknown): unknown {
  return plain instanceof RecordProblem ? plain : type(plain as XlsxValue);
}

function ofType(cell: StoredCell, plain: unknown, type: Named, settings: ValueSettings): unknown {
  if (type === 'string') return plain instanceof RecordProblem ? plain : String(plain);
  if (cell.is === 'text' && cell.text.trim() === '') return null;
  switch (type) {
    case 'boolean':
      return booleanOf(cell);
    case 'date':
    case 'datetime':
    case 'time':
    case 'duration':
      return dateOf(cell, type, settings.is1904);
    default:
      return numberOf(cell, type);
  }
}

function booleanOf(cell: StoredCell): unknown {
  if (cell.is === 'boolean') return cell.value;
  const text = 'text' in cell ? cell.text.trim().toLowerCase() : '';
  if (text === 'true' || text === '1') return true;
  return text === 'false' || text === '0' ? false : FAILED;
}

function numberOf(cell: StoredCell, type: 'number' | 'integer' | 'decimal' | 'bigint'): unknown {
  if (cell.is !== 'number' && cell.is !== 'text') return FAILED;
  const text = cell.text.trim();
  const nearest = nearestNumber(text);
  if (nearest === undefined) return FAILED;
  if (type === 'decimal') return exactNumber(text, nearest);
  if (type !== 'bigint')
    return isHeld(text, nearest) && (type === 'number' || Number.isInteger(nearest)) ? nearest : FAILED;
  if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace('+', ''));
  return Number.isSafeInteger(nearest) && isHeld(text, nearest) ? BigInt(nearest) : FAILED;
}

const SHAPES = { date: /^\d{4}-\d\d-\d\d$/, datetime: /^\d{4}-.*T/, time: /^\d\d:/, duration: /^-?\d+:/ };

function dateOf(cell: StoredCell, type: 'date' | 'datetime' | 'time' | 'duration', is1904: boolean): unknown {
  if (cell.is === 'number') {
    const text = dateText(cell.number, type, is1904);
    if (text === undefined) return dateProblem();
    return SHAPES[type].test(text) ? text : FAILED;
  }
  const text = 'text' in cell ? isoDateText(cell.text.trim()) : undefined;
  if (text === undefined) return FAILED;
  const whole = type === 'datetime' && SHAPES.date.test(text) ? `${text}T00:00:00.000` : text;
  return SHAPES[type].test(whole) ? whole : FAILED;
}

/** Characters of a reason that a rejection keeps. */
const MAX_REASON_CHARS = 1024;

function mismatch(name: string, type: XlsxColumnType, cause: unknown): RecordProblem {
  const kind = typeof type === 'function' ? 'what its type takes' : `an exact ${type}`;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const content = cause === undefined ? {} : { content: { reason: reason.slice(0, MAX_REASON_CHARS) } };
  // The name is one of the option "types", so it is not content; the reason that a function gives may quote the cell.
  return new RecordProblem({
    code: 'FIELD_INVALID',
    what: `of column ${JSON.stringify(name)} is not ${kind}. Ask the sender to correct it, or change the type`,
    details: { field: name, ...content },
    cause,
  });
}

/** Returns what the option must be, unless it is that. */
export function columnTypesProblem(value: unknown): string | undefined {
  const expected = `an object of types by column, each a function or one of ${NAMES.join(', ')}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return expected;
  const isType = (type: unknown): boolean => typeof type === 'function' || NAMES.includes(type as string);
  const wrong = Object.entries(value).find(([, type]) => !isType(type));
  return wrong === undefined ? undefined : `${expected} (not so for ${JSON.stringify(wrong[0])})`;
}

/** @throws MillraceError `OPTION_INVALID` if types are given for a column that is not among `names` */
export function assertKnownColumns(types: XlsxColumnTypes, names: readonly string[]): void {
  const stranger = Object.keys(types).find((name) => !names.includes(name));
  if (stranger === undefined) return;
  const message = `parseXlsx: option "types" has ${JSON.stringify(stranger)}, and "columns" does not. Correct one of them.`;
  throw new MillraceError('OPTION_INVALID', message, { details: { owner: 'parseXlsx', option: 'types' } });
}
