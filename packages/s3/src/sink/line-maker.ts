import { check, checkOptions, encodeJsonLine } from '@millrace/core/plugin';
import { csvHead, csvLine, type LineOf, type S3CsvColumn } from './csv-text.ts';

/** Rows of text, parted by commas. */
export interface S3Csv<T> {
  /** Fields of the record by name, or what a function makes of the record. */
  readonly columns: readonly S3CsvColumn<T>[];
  /** Begin each object with a line of the columns' names. @default true */
  readonly header?: boolean;
}

/** What a part's text is made of. */
export interface LineMaker<T> {
  /** Ends the object's key. */
  readonly extension: string;
  /** Stands at the start of every object. */
  readonly head: string;
  /** The record's line, without its end. */
  readonly line: LineOf<T>;
}

/** @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` */
export function lineMaker<T>(format: 'ndjson' | { readonly csv: S3Csv<T> }): LineMaker<T> {
  if (format === 'ndjson') return { extension: '.ndjson', head: '', line: encodeJsonLine };
  checkOptions('s3Sink format', format, { csv: check.object });
  checkOptions('s3Sink csv', format.csv, { columns: columnsCheck, header: check.optional(check.flag) });
  const { columns, header = true } = format.csv;
  return { extension: '.csv', head: header ? `${csvHead(columns)}\n` : '', line: csvLine(columns) };
}

function columnsCheck(value: unknown): string | undefined {
  const isColumn = (column: unknown): boolean => {
    if (typeof column === 'string') return column !== '';
    const { name, value: make } = (column ?? {}) as { readonly name?: unknown; readonly value?: unknown };
    return typeof name === 'string' && name !== '' && typeof make === 'function';
  };
  return Array.isArray(value) && value.length > 0 && value.every(isColumn)
    ? undefined
    : 'a list of field names, or of { name, value } with a function as the value';
}
