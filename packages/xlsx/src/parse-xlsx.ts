import type { RangeParser } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { MAX_RECORD_CHARS } from '@millrace/framing';
import { openWorkbook, type WorkbookLimits } from './open-workbook.ts';
import {
  assertKnownColumns,
  type XlsxColumnTypes,
  columnTypesProblem,
  type UntypedXlsxValue,
  type XlsxRow,
} from './sheet/column-types.ts';
import type { XlsxSettings } from './xlsx-settings.ts';

export interface ParseXlsxOptions {
  /**
   * Which sheets are read, in the order of the workbook: all, hidden ones too; the first; or those with these names or numbers, which
   * count from 1. @default 'all'
   */
  readonly sheets?: 'all' | 'first' | readonly (string | number)[];
  /** Names of the columns from A on, for sheets without a header row. @default the cells of the first row that has any */
  readonly columns?: readonly string[];
  /** Rows at the head of each sheet that are passed over, whatever they hold. @default 0 */
  readonly skipRows?: number;
  /** Two columns of one name in the header row: fail the object, or call the second `name_2`. @default 'fail' */
  readonly duplicateColumns?: 'fail' | 'number';
  /** A value in a column without a name: reject its record, call the third column `column_3`, or leave it out. @default 'reject' */
  readonly unnamedColumns?: 'reject' | 'number' | 'cut';
  /** What the cells of a column become. @default what each cell is */
  readonly types?: XlsxColumnTypes;
  /**
   * A number that no JavaScript number holds: take the nearest, or make it a bigint if it is written as a whole number, else a
   * `Decimal`. @default 'double'
   */
  readonly numbers?: 'double' | 'exact';
  /** A cell that has an error such as `#N/A`: reject its record, or take it for empty or for a text. @default 'reject' */
  readonly errorCells?: 'reject' | 'null' | 'text';
  /** Characters (UTF-16 units) at most in the cells of a row; a longer one is rejected. @default 1048576 */
  readonly maxRecordChars?: number;
  /** Bytes that the shared strings may take in memory, by an estimate of two a character and 32 a string. @default 134217728 */
  readonly maxSharedStringBytes?: number;
  /** The longest zip directory, in bytes. @default 1048576 */
  readonly maxDirectoryBytes?: number;
  /** Bytes at most that all parts decompress to. @default 10737418240 */
  readonly maxOutputBytes?: number;
  /** How many times larger the decompressed parts may be than what was read of them. @default 200 */
  readonly maxRatio?: number;
  /** Decompressed bytes up to which the ratio does not matter. @default 67108864 */
  readonly ratioFloorBytes?: number;
  /** How much is read at once, in bytes. @default 1048576 */
  readonly readBytes?: number;
}

type With<C, Y, N> = ParseXlsxOptions & { readonly columns?: C; readonly types?: Y; readonly numbers?: N };
type NoTypes = Readonly<Record<never, never>>;

/**
 * Parses Excel workbooks (.xlsx, .xlsm), for the first place after a source with ranges such as `s3Source()`. Each row is a record by
 * the names in the sheet's header row, and each sheet a part of the object. Rows without values are passed over, an empty cell is
 * `null`, and a formula is the value that was stored with it.
 *
 * A cell is a string, a number or a boolean as it is stored. A number with the format of a date is a text such as `2026-11-23`,
 * `2026-11-23T13:45:00.000` or `13:45:00.000`, without a zone. `types` says what a column becomes, however its cells are stored. The record's
 * type follows from `columns`, `types` and `numbers`. A `T` of your own is what you say the records are; nothing checks it, so put
 * `validate()` after it.
 *
 * Rejections: `XLSX_CELL_ERROR`, `XLSX_CELL_INVALID`, `XLSX_DATE_INVALID`, `XLSX_COLUMN_UNNAMED`, `FIELD_INVALID`, `RECORD_TOO_LONG`.
 *
 * @example
 * const parser = parseXlsx({ sheets: ['Orders'], types: { sku: 'string', ordered: 'date' } });
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 * @throws MillraceError in a run `XLSX_INVALID` for damage, `XLSX_UNSUPPORTED`, `XLSX_TOO_LARGE`, `XLSX_RATIO_EXCEEDED`,
 *   `XLSX_SHEET_MISSING`, `XLSX_HEADER_INVALID`
 */
export function parseXlsx<
  const C extends readonly string[],
  const Y extends XlsxColumnTypes = NoTypes,
  const N extends 'double' | 'exact' = 'double',
>(options: With<C, Y, N> & { readonly columns: C }): RangeParser<XlsxRow<C[number], Y, N>>;
export function parseXlsx<const Y extends XlsxColumnTypes, const N extends 'double' | 'exact' = 'double'>(
  options: With<undefined, Y, N> & { readonly types: Y },
): RangeParser<XlsxRow<string, Y, N>>;
export function parseXlsx<T = Readonly<Record<string, UntypedXlsxValue<'exact'> | undefined>>>(
  options: ParseXlsxOptions & { readonly numbers: 'exact' },
): RangeParser<T>;
export function parseXlsx<T = Readonly<Record<string, UntypedXlsxValue<'double'> | undefined>>>(
  options?: ParseXlsxOptions,
): RangeParser<T>;
export function parseXlsx<T>(options: ParseXlsxOptions = {}): RangeParser<T> {
  const bytes = check.optional(check.integer(1024));
  const oneOf = (...values: readonly string[]): ReturnType<typeof check.optional> =>
    check.optional(check.oneOf(...values));
  checkOptions('parseXlsx', options, {
    sheets: check.optional(checkSheets),
    columns: check.optional(checkColumns),
    skipRows: check.optional(check.integer(0)),
    duplicateColumns: oneOf('fail', 'number'),
    unnamedColumns: oneOf('reject', 'number', 'cut'),
    types: check.optional(columnTypesProblem),
    numbers: oneOf('double', 'exact'),
    errorCells: oneOf('reject', 'null', 'text'),
    maxRecordChars: check.optional(check.integer(1)),
    maxSharedStringBytes: bytes,
    maxDirectoryBytes: bytes,
    maxOutputBytes: bytes,
    maxRatio: check.optional(check.numeric(1)),
    ratioFloorBytes: check.optional(check.integer(0)),
    readBytes: check.optional(check.integer(1024, 2 ** 30)),
  });
  const settings = settingsOf(options);
  const limits = limitsOf(options);
  if (settings.columns !== undefined) assertKnownColumns(settings.types, settings.columns);
  return Object.freeze<RangeParser<T>>({
    kind: 'range-parser',
    name: 'parseXlsx',
    signature: signatureOf(options),
    open: (content, context) => openWorkbook<T>(settings, limits, content, context),
  });
}

function settingsOf(options: ParseXlsxOptions): XlsxSettings {
  const { sheets = 'all', columns } = options;
  return {
    sheets: typeof sheets === 'string' ? sheets : [...sheets],
    columns: columns && [...columns],
    skipRows: options.skipRows ?? 0,
    duplicateColumns: options.duplicateColumns ?? 'fail',
    unnamedColumns: options.unnamedColumns ?? 'reject',
    types: { ...options.types },
    numbers: options.numbers ?? 'double',
    errorCells: options.errorCells ?? 'reject',
    maxRecordChars: options.maxRecordChars ?? MAX_RECORD_CHARS,
  };
}

function limitsOf(options: ParseXlsxOptions): WorkbookLimits {
  return {
    maxSharedStringBytes: options.maxSharedStringBytes ?? 128 * 2 ** 20,
    maxDirectoryBytes: options.maxDirectoryBytes ?? 2 ** 20,
    maxOutputBytes: options.maxOutputBytes ?? 10 * 2 ** 30,
    maxRatio: options.maxRatio ?? 200,
    ratioFloorBytes: options.ratioFloorBytes ?? 64 * 2 ** 20,
    readBytes: options.readBytes ?? 2 ** 20,
  };
}

function checkSheets(value: unknown): string | undefined {
  const isSheet = (one: unknown): boolean =>
    (typeof one === 'string' && one !== '') || (Number.isSafeInteger(one) && (one as number) >= 1);
  const fits =
    value === 'all' || value === 'first' || (Array.isArray(value) && value.length > 0 && value.every(isSheet));
  return fits ? undefined : `'all', 'first', or a list of names and numbers from 1 on`;
}

function checkColumns(value: unknown): string | undefined {
  const fits =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === 'string' && name !== '') &&
    new Set(value).size === value.length;
  return fits ? undefined : 'an array of names, none empty, no two the same';
}
