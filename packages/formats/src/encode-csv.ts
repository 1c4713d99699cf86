import { type Encoder, isDecimal, MillraceError, type RecordContext } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import { columnsProblem } from './csv-columns.ts';
import { csvField, type CsvQuoting } from './csv-fields.ts';

/** A column: the name of a field, or a name and what stands under it. */
export type CsvColumn<T> =
  | (keyof T & string)
  | { readonly name: string; readonly value: (record: T, context: RecordContext) => unknown };

export interface EncodeCsvOptions<T> {
  /** Fields of the record by name, or what a function makes of the record; in the order of the file. */
  readonly columns: readonly CsvColumn<T>[];
  /** Begin each file with a row of the columns' names. @default true */
  readonly header?: boolean;
  /** The character between fields. @default ',' */
  readonly delimiter?: string;
  /** The character around fields that need it; `false` quotes nothing, as in TSV, and refuses what would need it. @default '"' */
  readonly quote?: string | false;
  /** The character before a quote in quotes, and before itself. @default the quote: two of them stand for one */
  readonly escape?: string;
  /** What ends each row. @default '\n' */
  readonly lineEnd?: '\n' | '\r\n';
  /**
   * What to do about a record that has a field which is not among the columns: reject it, or leave the field out.
   * @default 'reject' if all columns are names of fields, else 'omit', as nothing knows which fields a function reads
   */
  readonly otherFields?: 'reject' | 'omit';
}

/**
 * Encodes each record as a row of CSV by RFC 4180, with LF: what `parseCsv` reads. What is null or missing is an empty field,
 * and an empty text is `""`, so that a loader can tell them apart; a row that would be blank is `""`. Numbers, bigints,
 * `Decimal`s and booleans are their digits or names, a date its ISO 8601 text, lists and objects JSON. Files are `.csv`.
 *
 * A record is refused with `CSV_VALUE_UNSUPPORTED` if a field holds what cannot be written exactly, such as `NaN`, a map, bytes
 * or a text that is not valid Unicode, and with `CSV_RECORD_UNSUPPORTED` if it is not an object, or has a field that is not
 * among the columns. If a column's function throws, the record is refused with the error's code, or `ENCODER_THREW`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const sink = s3Sink<Price>({
 *   bucket: 'warehouse',
 *   encode: encodeCsv({ columns: ['sku', { name: 'cents', value: ({ price }) => price * 100 }] }),
 * });
 */
export function encodeCsv<T = Readonly<Record<string, unknown>>>(options: EncodeCsvOptions<T>): Encoder<T> {
  checkCsvOptions(options);
  const columns = options.columns.map((column) => (typeof column === 'string' ? { name: column } : column));
  const names = columns.map(({ name }) => name);
  const allNamed = options.columns.every((column) => typeof column === 'string');
  const { header = true, lineEnd = '\n', otherFields = allNamed ? 'reject' : 'omit' } = options;
  const quoting = quotingOf(options);
  const field = csvField(quoting);
  const known = new Set(names);
  const needsObject = otherFields === 'reject' || options.columns.some((column) => typeof column === 'string');
  const values = columns.map((column) => ('value' in column ? column.value : fieldNamed<T>(column.name)));
  return Object.freeze<Encoder<T>>({
    kind: 'encoder',
    name: 'encodeCsv',
    extension: '.csv',
    contentType: 'text/csv',
    header: header ? headerRow(names, quoting) + lineEnd : '',
    encode: (record, context) => {
      if (needsObject) assertFields(record, otherFields === 'reject' ? known : undefined);
      let row = '';
      for (let index = 0; index < values.length; index += 1) {
        if (index > 0) row += quoting.delimiter;
        row += field(values[index]!(record, context), names[index]!);
      }
      return (row === '' ? blankRow(quoting) : row) + lineEnd;
    },
  });
}

function fieldNamed<T>(name: string): (record: T) => unknown {
  return (record) => {
    const value = (record as Readonly<Record<string, unknown>>)[name];
    // What every object inherits, such as `constructor`, is not a field.
    const mayBeInherited = typeof value === 'function' || name === '__proto__';
    return mayBeInherited && !Object.hasOwn(record as object, name) ? undefined : value;
  };
}

/** A row of nothing would not be a record. */
function blankRow({ quote }: CsvQuoting): string {
  if (quote !== '') return quote + quote;
  throw recordUnsupported('It has no content, and would be a blank row', {});
}

/** @param known names of the columns, if there may be no other fields */
function assertFields(record: unknown, known: ReadonlySet<string> | undefined): void {
  if (!hasFields(record)) {
    throw recordUnsupported('It is not an object with fields', { type: record === null ? 'null' : typeof record });
  }
  if (known === undefined) return;
  let others = 0;
  for (const name in record) if (!known.has(name) && record[name] !== undefined) others += 1;
  if (others === 0) return;
  // Names of fields are content.
  throw recordUnsupported(
    `It has ${others} ${others === 1 ? 'field that is' : 'fields that are'} not among the columns`,
    {
      otherFields: others,
    },
  );
}

function hasFields(record: unknown): record is Readonly<Record<string, unknown>> {
  if (typeof record !== 'object' || record === null || Array.isArray(record) || ArrayBuffer.isView(record))
    return false;
  const isPlain = Object.getPrototypeOf(record) === Object.prototype;
  return isPlain || !(record instanceof Map || record instanceof Set || record instanceof Date || isDecimal(record));
}

function recordUnsupported(problem: string, details: Readonly<Record<string, unknown>>): MillraceError {
  return new MillraceError(
    'CSV_RECORD_UNSUPPORTED',
    `The record cannot be a row of this CSV. ${problem}. Map it, or correct the options "columns" and "otherFields".`,
    { details },
  );
}

function quotingOf<T>({ delimiter = ',', quote = '"', escape }: EncodeCsvOptions<T>): CsvQuoting {
  const around = quote === false ? '' : quote;
  return { delimiter, quote: around, escape: escape ?? around };
}

function headerRow(names: readonly string[], quoting: CsvQuoting): string {
  const field = csvField(quoting);
  return names.map((name) => field(name, name)).join(quoting.delimiter);
}

function checkCsvOptions<T>(options: EncodeCsvOptions<T>): void {
  checkOptions<EncodeCsvOptions<T>>('encodeCsv', options, {
    columns: columnsCheck,
    header: check.optional(check.flag),
    delimiter: check.optional(characterCheck),
    quote: check.optional((value) => (value === false ? undefined : characterCheck(value))),
    escape: check.optional(characterCheck),
    lineEnd: check.optional(check.oneOf('\n', '\r\n')),
    otherFields: check.optional(check.oneOf('reject', 'omit')),
  });
  const quoting = quotingOf(options);
  const { delimiter, quote, escape } = quoting;
  if (delimiter === quote || delimiter === escape || (quote === '' && escape !== '')) {
    throw invalid('delimiter, quote and escape must differ, and an escape needs a quote', 'quote');
  }
  if (options.header === false) return;
  const names = options.columns.map((column) => (typeof column === 'string' ? column : column.name));
  if (names.some((name) => name.includes('\r'))) throw invalid('a name holds a carriage return', 'columns');
  try {
    headerRow(names, quoting);
  } catch {
    throw invalid('a name cannot be a field of the header row', 'columns');
  }
}

function invalid(problem: string, option: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `encodeCsv: ${problem}.`, { details: { owner: 'encodeCsv', option } });
}

function columnsCheck(value: unknown): string | undefined {
  const expected =
    'an array of field names, or of { name, value } with a function as the value; none empty, no two the same';
  if (!Array.isArray(value) || value.length === 0) return expected;
  const names = (value as readonly unknown[]).map((column) => {
    if (typeof column === 'string') return column;
    const { name, value: make } = (column ?? {}) as { readonly name?: unknown; readonly value?: unknown };
    return typeof name === 'string' && typeof make === 'function' ? name : '';
  });
  return columnsProblem(names) === undefined ? undefined : expected;
}

function characterCheck(value: unknown): string | undefined {
  const fits =
    typeof value === 'string' && value.length === 1 && value !== '\r' && value !== '\n' && value.isWellFormed();
  return fits ? undefined : 'one character, no line break';
}
