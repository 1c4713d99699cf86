import type { RecordContext } from '@millrace/core';
import { encodeJsonLine } from '@millrace/core/plugin';
import { recordInvalid } from './refusal.ts';

/** A column of a CSV file: the name of a field, or a name and what stands under it. */
export type S3CsvColumn<T> =
  | string
  | { readonly name: string; readonly value: (record: T, context: RecordContext) => unknown };

/** Makes the line of one record. */
export type LineOf<T> = (record: T, context: RecordContext) => string;

/** The first line, which names the columns. */
export function csvHead<T>(columns: readonly S3CsvColumn<T>[]): string {
  return columns.map((column) => quoted(typeof column === 'string' ? column : column.name)).join(',');
}

/**
 * Lines of CSV as RFC 4180 has it, but that they end with LF alone. What is null or missing is an empty field, and an empty
 * text is `""`, so that a loader can tell them apart. Lists and objects are JSON.
 */
export function csvLine<T>(columns: readonly S3CsvColumn<T>[]): LineOf<T> {
  const values = columns.map((column) =>
    typeof column === 'string'
      ? (record: T): unknown => (record as Readonly<Record<string, unknown>>)[column]
      : column.value,
  );
  return (record, context) => {
    if (typeof record !== 'object' || record === null) throw recordInvalid('Only an object has columns.');
    const line = values.map((value) => field(value(record, context))).join(',');
    // An empty line would be no record.
    return line === '' ? '""' : line;
  };
}

function field(value: unknown): string {
  if (value === undefined || value === null) return '';
  return quoted(typeof value === 'string' ? value : encodeJsonLine(value));
}

function quoted(text: string): string {
  // Spaces at the ends are kept by quotes alone.
  return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
