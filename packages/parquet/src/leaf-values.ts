import { isUtf8 } from 'node:buffer';
import { decimal } from '@millrace/core';
import type { SchemaElement } from 'hyparquet';
import { columnUnsupported, type NamedColumn } from './parquet-error.ts';
import type { Stored } from './value-reader.ts';
import {
  bigEndian,
  dateText,
  decimalText,
  halfFloat,
  MICROS,
  MILLIS,
  NANOS,
  type TimeUnit,
  timestampText,
  timeText,
  uuidText,
} from './value-texts.ts';

/** A value that a record cannot hold: its record is rejected. */
export class BadValue {
  readonly code: string;
  /** What is wrong, without the value. */
  readonly what: string;
  /** The value, for the raw text that the quarantine keeps. */
  readonly shown: string;

  constructor(code: string, what: string, shown: string) {
    this.code = code;
    this.what = what;
    this.shown = shown;
  }
}

/** What a column's stored values become in records. */
export interface LeafValues {
  /** Absent where values are as they are stored. */
  readonly convert?: (stored: Stored) => unknown;
  /** Whether they are text, so that they can be names. */
  readonly text: boolean;
}

export interface LeafOptions extends NamedColumn {
  readonly bigint: boolean;
  readonly binaryAsText: boolean;
}

/** @throws MillraceError `PARQUET_UNSUPPORTED` */
export function leafValues(element: SchemaElement, options: LeafOptions): LeafValues {
  const { type } = element;
  if (type === 'BOOLEAN' || type === 'FLOAT' || type === 'DOUBLE') return { text: false };
  const convert =
    type === 'INT32' || type === 'INT64' ? integerValues(element, options) : bytesValues(element, options);
  return { ...(convert && { convert }), text: convert === utf8 };
}

function integerValues(element: SchemaElement, { bigint, ...at }: LeafOptions): LeafValues['convert'] {
  const { type, converted_type: old, logical_type: logical } = element;
  if (old === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const scale = scaleOf(element, at);
    return (value) => decimal(decimalText(value as number, scale));
  }
  if (old === 'DATE' || logical?.type === 'DATE')
    return (value) => dateText(value as number) ?? unfit('a day has no date', value);
  const time = timeUnit(element);
  if (time !== undefined) {
    const { unit, form } = time;
    if (form === 'time')
      return (value) => timeText(value as number, unit) ?? unfit('a number is not a time of day', value);
    return (value) => timestampText(value as number, unit, form) ?? unfit('a moment has no date', value);
  }
  const unsigned = old?.startsWith('UINT_') === true || (logical?.type === 'INTEGER' && !logical.isSigned);
  if (type === 'INT32') return unsigned ? (value) => (value as number) >>> 0 : undefined;
  const exact = (value: Stored): number | bigint =>
    unsigned && (value as number) < 0 ? BigInt.asUintN(64, BigInt(value as number)) : (value as number);
  if (bigint) return (value) => BigInt(exact(value));
  return (value) => {
    const number = exact(value);
    if (typeof number === 'number') return number;
    const what = 'an integer is beyond 2^53; name the column in the option "bigints"';
    return new BadValue('PARQUET_INTEGER_INEXACT', what, `${number}`);
  };
}

/** The unit of a time or timestamp, and what stands behind it: `Z` for a moment, nothing for local time. */
function timeUnit({
  converted_type: old,
  logical_type: logical,
}: SchemaElement): { readonly unit: TimeUnit; readonly form: 'time' | 'Z' | '' } | undefined {
  if (logical?.type === 'TIMESTAMP' || logical?.type === 'TIME') {
    const unit = { MILLIS, MICROS, NANOS }[logical.unit];
    return { unit, form: logical.type === 'TIME' ? 'time' : logical.isAdjustedToUTC ? 'Z' : '' };
  }
  if (old === 'TIMESTAMP_MILLIS') return { unit: MILLIS, form: 'Z' };
  if (old === 'TIMESTAMP_MICROS') return { unit: MICROS, form: 'Z' };
  if (old === 'TIME_MILLIS') return { unit: MILLIS, form: 'time' };
  if (old === 'TIME_MICROS') return { unit: MICROS, form: 'time' };
  return undefined;
}

function bytesValues(element: SchemaElement, { binaryAsText, ...at }: LeafOptions): (stored: Stored) => unknown {
  const { type, type_length: length = 0, converted_type: old, logical_type: logical } = element;
  if (type === 'INT96') return (value) => int96(value as Uint8Array);
  if (old === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const scale = scaleOf(element, at);
    return (value) => decimal(decimalText(bigEndian(value as Uint8Array), scale));
  }
  if (type === 'FIXED_LEN_BYTE_ARRAY') {
    if (logical?.type === 'UUID' && length === 16) return (value) => uuidText(value as Uint8Array);
    if (logical?.type === 'FLOAT16' && length === 2) return (value) => halfFloat(value as Uint8Array);
    return copy;
  }
  const isText =
    ['UTF8', 'ENUM', 'JSON'].includes(old ?? '') || ['STRING', 'ENUM', 'JSON'].includes(logical?.type ?? '');
  return isText || (binaryAsText && old === undefined && logical === undefined) ? utf8 : copy;
}

function scaleOf({ scale, logical_type: logical }: SchemaElement, at: NamedColumn): number {
  const value = (logical?.type === 'DECIMAL' ? logical.scale : undefined) ?? scale ?? 0;
  if (!Number.isInteger(value) || value < 0 || value > 1000)
    throw columnUnsupported(at, `has decimals with a scale of ${value}`);
  return value;
}

/** Eight bytes of nanoseconds, four of the Julian day: how Impala and Spark wrote moments. */
function int96(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nanos = BigInt(view.getInt32(8, true) - 2_440_588) * 86_400_000_000_000n + view.getBigInt64(0, true);
  return timestampText(nanos, NANOS, 'Z') ?? unfit('a moment has no date', nanos);
}

function utf8(stored: Stored): unknown {
  const bytes = stored as Uint8Array;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
  if (text.includes('\uFFFD') && !isUtf8(bytes))
    return new BadValue('PARQUET_TEXT_INVALID', 'a text is not UTF-8', 'not UTF-8');
  return text;
}

/** A page is as long as a thousand of its values, so none may keep it alive. */
function copy(stored: Stored): Uint8Array {
  return Uint8Array.from(stored as Uint8Array);
}

function unfit(what: string, value: unknown): BadValue {
  return new BadValue('PARQUET_VALUE_INVALID', what, String(value));
}
