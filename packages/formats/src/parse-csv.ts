import { MillraceError, type Parser } from '@millrace/core';
import { check, checkOptions, type ParserContext, type ParserStage, signatureOf } from '@millrace/core/plugin';
import { MAX_RECORD_CHARS } from '@millrace/framing';
import { columnsProblem } from './csv-columns.ts';
import type { CsvSettings } from './csv-settings.ts';
import { startObject } from './csv-head.ts';
import { assertKnownFields, type FieldTypes, fieldTypesProblem, type TypedRow } from './field-types.ts';
import { type ReparsedRecord, reparseCsv } from './reparse-csv.ts';

export interface ParseCsvOptions {
  /** Names of the columns, for text without a header row. @default the fields of the first row */
  readonly columns?: readonly string[];
  /**
   * The character between fields; or `'sniff'`, which finds out whether it is a comma, semicolon, tab or bar, by the first
   * ten lines (at most 64 KiB).
   * @default ','
   */
  readonly delimiter?: string;
  /** The character around fields that hold delimiters or line breaks; `false` where there is none, as in TSV. @default '"' */
  readonly quote?: string | false;
  /** The character before a quote in quotes, and before itself. @default the quote: two of them stand for one */
  readonly escape?: string;
  /**
   * What to do about a quote that RFC 4180 does not allow: `'strict'` rejects the row. `'lenient'` takes quotes as spreadsheets and
   * Python's `csv` do: one that does not begin a field is text (`19" monitor`), and so is all that follows a closing quote in the field, quotes too
   * (`"a"b"c"` is `ab"c"`). A quote that is never closed is rejected either way. @default 'strict'
   */
  readonly quotes?: 'strict' | 'lenient';
  /** The character that begins a line to be passed over. @default there are no comments */
  readonly comment?: string;
  /** Whether white space around fields, and around their quotes, is left out. @default false */
  readonly trim?: boolean;
  /** Lines at the head of the item that are passed over, whatever they are. @default 0 */
  readonly skipLines?: number;
  /** Two columns of one name in the header row: fail the item, or call the second `name_2`. @default 'fail' */
  readonly duplicateColumns?: 'fail' | 'number';
  /** A column without a name in the header row: fail the item, or call the third `column_3`. @default 'fail' */
  readonly emptyColumns?: 'fail' | 'number';
  /** A row with fewer fields than columns: reject it, or take what is missing for empty. @default 'reject' */
  readonly shortRows?: 'reject' | 'fill';
  /** A row with more fields than columns: reject it, or leave out the rest. @default 'reject' */
  readonly longRows?: 'reject' | 'cut';
  /** What the text of a column becomes. @default every column is a string */
  readonly types?: FieldTypes;
  /**
   * Characters (UTF-16 units) at most in a row; a longer one is stepped over and rejected. Where that many are in quotes
   * the item fails, as nobody knows where the row ends.
   * @default 1048576
   */
  readonly maxRecordChars?: number;
}

/**
 * Parses CSV by RFC 4180, and what suppliers make of it: each row is a record by column. Fields in quotes may hold
 * delimiters, line breaks and quotes. Rows end in LF or CRLF (or several CR and an LF), the last may end without; a row with a
 * CR elsewhere outside quotes is rejected. Blank lines are passed over, byte order marks before a row are stripped (files that
 * were joined have them in the middle), and so is a spreadsheet's first line `sep=;`. An empty field is an empty string, unless its column has a type.
 *
 * A row that breaks the rules is rejected with its line number and its text, and the run goes on at the next line. The
 * record's type follows from `columns` and `types`. A `T` of your own is what you say the records are; nothing checks it, so put `validate()` after it.
 *
 * @example
 * const parser = parseCsv({ columns: ['bin', 'parts'], types: { parts: 'integer' } }); // { bin: string; parts: number | null }

 *
 * Rejections: `CSV_FIELD_COUNT`, `CSV_LINE_END_INVALID`, `CSV_QUOTE_INVALID`, `CSV_QUOTE_UNCLOSED` (at the end of the item), `FIELD_INVALID`,
 * `RECORD_TOO_LONG`, and `ENCODING_INVALID` where `decodeText` says so.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 * @throws MillraceError `CSV_HEADER_INVALID` in a run, where the header row does not name the columns
 * @throws MillraceError `CSV_QUOTE_UNCLOSED` in a run, where a quote is not closed within `maxRecordChars`
 * @throws MillraceError `CSV_DELIMITER_CONFLICT` in a run, if the first line is `sep=` with another delimiter
 * @throws MillraceError `CSV_DELIMITER_UNCLEAR` in a run, where several delimiters would fit
 */
export function parseCsv<const C extends readonly string[], const Y extends FieldTypes>(
  options: ParseCsvOptions & { readonly columns: C; readonly types: Y },
): Parser<string, TypedRow<C[number], Y>>;
export function parseCsv<const C extends readonly string[]>(
  options: ParseCsvOptions & { readonly columns: C; readonly types?: undefined },
): Parser<string, TypedRow<C[number], Readonly<Record<never, never>>>>;
export function parseCsv<const Y extends FieldTypes>(
  options: ParseCsvOptions & { readonly columns?: undefined; readonly types: Y },
): Parser<string, TypedRow<string, Y>>;
export function parseCsv<T = Record<string, string | undefined>>(options?: ParseCsvOptions): Parser<string, T>;
export function parseCsv<T>(options: ParseCsvOptions = {}): Parser<string, T> {
  const policy = (...values: readonly string[]): ReturnType<typeof check.optional> =>
    check.optional(check.oneOf(...values));
  checkOptions('parseCsv', options, {
    columns: check.optional(checkColumns),
    delimiter: check.optional((value) => (value === 'sniff' ? undefined : checkCharacter(value))),
    quote: check.optional((value) => (value === false ? undefined : checkCharacter(value))),
    escape: check.optional(checkCharacter),
    quotes: policy('strict', 'lenient'),
    comment: check.optional(checkCharacter),
    trim: check.optional(check.flag),
    skipLines: check.optional(check.integer(0)),
    duplicateColumns: policy('fail', 'number'),
    emptyColumns: policy('fail', 'number'),
    shortRows: policy('reject', 'fill'),
    longRows: policy('reject', 'cut'),
    types: check.optional(fieldTypesProblem),
    maxRecordChars: check.optional(check.integer(1)),
  });
  const settings = settingsOf(options);
  assertDistinct(settings);
  if (settings.columns !== undefined) assertKnownFields('parseCsv', settings.types, settings.columns);
  return Object.freeze({
    kind: 'parser',
    name: 'parseCsv',
    signature: signatureOf(options),
    takesDamage: true,
    reportsColumns: true,
    start: (context: ParserContext) => startObject(settings, context) as ParserStage<string, T>,
    reparse: (rejected: ReparsedRecord) => reparseCsv(settings, rejected) as T,
  });
}

function settingsOf(options: ParseCsvOptions): CsvSettings {
  const { columns, delimiter = ',', escape } = options;
  const quote = options.quote === false ? '' : (options.quote ?? '"');
  return {
    columns: columns && [...columns],
    delimiter: delimiter === 'sniff' ? undefined : delimiter,
    quote,
    escape: escape ?? quote,
    lenientQuotes: options.quotes === 'lenient',
    comment: options.comment ?? '',
    trim: options.trim ?? false,
    skipLines: options.skipLines ?? 0,
    duplicateColumns: options.duplicateColumns ?? 'fail',
    emptyColumns: options.emptyColumns ?? 'fail',
    shortRows: options.shortRows ?? 'reject',
    longRows: options.longRows ?? 'reject',
    types: { ...options.types },
    maxRecordChars: options.maxRecordChars ?? MAX_RECORD_CHARS,
  };
}

/** A character can have one meaning only. */
function assertDistinct({ delimiter, quote, escape, comment }: CsvSettings): void {
  const roles = [delimiter ?? '', quote, escape === quote ? '' : escape, comment].filter((one) => one !== '');
  if (new Set(roles).size === roles.length && (quote !== '' || escape === '')) return;
  const message = 'parseCsv: delimiter, quote, escape and comment must differ, and an escape needs a quote.';
  throw new MillraceError('OPTION_INVALID', message, { details: { owner: 'parseCsv' } });
}

function checkColumns(value: unknown): string | undefined {
  const isNames = Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');
  return isNames && columnsProblem(value) === undefined ? undefined : 'an array of names, none empty, no two the same';
}

function checkCharacter(value: unknown): string | undefined {
  const fits = typeof value === 'string' && value.length === 1 && value !== '\r' && value !== '\n';
  return fits ? undefined : 'one character, no line break';
}
