import { isDecimal } from '@millrace/core';
import { arrayLiteral } from './array-literal.ts';
import type { ColumnKind } from './column-kind.ts';
import { dateText } from './date-text.ts';
import { jsonText, nameOf, unsupported } from './json-text.ts';
import { numberText } from './number-text.ts';
import { plainText } from './plain-text.ts';

/** What a column takes: its kind, and for an array that of its elements. */
export interface ColumnShape {
  readonly kind: ColumnKind;
  readonly elements: ColumnKind;
}

/**
 * A value in PostgreSQL's text format, as the column's type reads it; null for `null` and `undefined`.
 *
 * @throws MillraceError `POSTGRES_VALUE_UNSUPPORTED`, `POSTGRES_TEXT_NUL`, `POSTGRES_TEXT_INVALID` or `POSTGRES_NUMBER_INEXACT`
 */
export function valueText(value: unknown, { kind, elements }: ColumnShape, allowInexact: boolean): string | null {
  if (value === undefined || value === null) return null;
  if (kind === 'json') return jsonText(value, { allowInexact });
  if (kind === 'array') {
    if (!Array.isArray(value)) throw unsupported(`${typeof value} for a column of arrays`);
    return arrayText(value, elements, allowInexact);
  }
  return scalarText(value, kind, allowInexact);
}

function arrayText(values: readonly unknown[], kind: ColumnKind, allowInexact: boolean): string {
  if (values.some((value) => Array.isArray(value)) && kind !== 'json') {
    // A literal of several dimensions has its braces outside of quotes, and takes lists of one length only.
    return `{${values.map((value) => nested(value, kind, allowInexact)).join(',')}}`;
  }
  return arrayLiteral(values.map((value) => valueText(value, { kind, elements: 'plain' }, allowInexact)));
}

function nested(value: unknown, kind: ColumnKind, allowInexact: boolean): string {
  if (!Array.isArray(value)) throw unsupported('a list of lists and of other values, for a column of arrays');
  return arrayText(value, kind, allowInexact);
}

function scalarText(value: unknown, kind: ColumnKind, allowInexact: boolean): string {
  if (kind === 'bytes') return `\\x${hexOf(value)}`;
  switch (typeof value) {
    case 'string':
      return plainText(value);
    case 'number':
      if (Object.is(value, -0)) return '-0';
      // A column of floating point loses digits by itself: it is what it was chosen for.
      return Number.isFinite(value) ? numberText(value, allowInexact || kind === 'float') : String(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value instanceof Date) return dateText(value);
      if (isDecimal(value)) return value.text;
      throw unsupported(
        `${Array.isArray(value) ? 'a list' : nameOf(value!)} for a column that is no json and no array`,
      );
    default:
      throw unsupported(`a value of type ${typeof value}`);
  }
}

function hexOf(value: unknown): string {
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString('hex');
  if (ArrayBuffer.isView(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
  }
  throw unsupported(`${typeof value} for a column of bytea`);
}
