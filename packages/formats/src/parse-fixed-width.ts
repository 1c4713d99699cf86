import type { Parser } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { lineParser, type ParseLine, RecordProblem, SKIP, withoutReturn } from '@millrace/framing';
import {
  assertKnownFields,
  type ConvertFields,
  fieldConverter,
  type FieldTypes,
  fieldTypesProblem,
} from './field-types.ts';

/** A column of a file of fixed width. */
export interface FixedColumn {
  readonly name: string;
  /** Characters (UTF-16 units of the decoded text) that it is wide. */
  readonly width: number;
  /** Where it begins, from 0. @default where the column before it ends */
  readonly start?: number;
}

export interface ParseFixedWidthOptions {
  /** The columns, in any order; they may overlap and leave gaps. */
  readonly columns: readonly FixedColumn[];
  /** Which white space around a value is left out. @default 'both' */
  readonly trim?: 'both' | 'start' | 'end' | 'none';
  /** What the text of a column becomes. @default every column is a string */
  readonly types?: FieldTypes;
  /** A line that ends before its last column: reject it, or take what is missing for empty. @default 'reject' */
  readonly shortLines?: 'reject' | 'fill';
  /** A line with more than white space behind its last column: reject it, or pass over the rest. @default 'reject' */
  readonly longLines?: 'reject' | 'cut';
  /** Characters (UTF-16 units) at most in a line; a longer one is stepped over and rejected. @default 1048576 */
  readonly maxRecordChars?: number;
}

/**
 * Parses lines whose fields stand at fixed places. White space around values is left out, blank lines are passed over, and
 * a byte order mark that is still there is stripped. Widths count characters of the decoded text, not bytes.
 *
 * Rejections: `FIXED_WIDTH_LENGTH`, `FIELD_INVALID`, `RECORD_TOO_LONG`, and `ENCODING_INVALID` where `decodeText` says so.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseFixedWidth<T = Record<string, string>>(options: ParseFixedWidthOptions): Parser<string, T> {
  checkOptions('parseFixedWidth', options, {
    columns: checkColumns,
    trim: check.optional(check.oneOf('both', 'start', 'end', 'none')),
    types: check.optional(fieldTypesProblem),
    shortLines: check.optional(check.oneOf('reject', 'fill')),
    longLines: check.optional(check.oneOf('reject', 'cut')),
    maxRecordChars: check.optional(check.integer(1)),
  });
  const { columns, types = {}, maxRecordChars } = options;
  assertKnownFields(
    'parseFixedWidth',
    types,
    columns.map(({ name }) => name),
  );
  const parse = fixedLine<T>(options, fieldConverter(types));
  return lineParser({ name: 'parseFixedWidth', signature: signatureOf(options), maxRecordChars, begin: () => parse });
}

const TRIM: Readonly<Record<'both' | 'start' | 'end' | 'none', (text: string) => string>> = {
  both: (text) => text.trim(),
  start: (text) => text.trimStart(),
  end: (text) => text.trimEnd(),
  none: (text) => text,
};

function fixedLine<T>(
  { columns, trim = 'both', shortLines = 'reject', longLines = 'reject' }: ParseFixedWidthOptions,
  convert: ConvertFields | undefined,
): ParseLine<T> {
  const spans: { readonly name: string; readonly from: number; readonly to: number }[] = [];
  for (const { name, width, start = spans.at(-1)?.to ?? 0 } of columns)
    spans.push({ name, from: start, to: start + width });
  const total = Math.max(...spans.map(({ to }) => to));
  const trimmed = TRIM[trim];
  return (raw) => {
    const line = withoutReturn(raw);
    if (line.trim() === '') return SKIP;
    const { length } = line;
    if (
      (length < total && shortLines === 'reject') ||
      (length > total && longLines === 'reject' && line.slice(total).trim() !== '')
    ) {
      const what = `has ${length} characters, and the columns take ${total}.`;
      return new RecordProblem({ code: 'FIXED_WIDTH_LENGTH', what, details: { length, expected: total } });
    }
    const record: Record<string, unknown> = {};
    for (const { name, from, to } of spans) record[name] = trimmed(line.slice(from, to));
    return convert?.(record) ?? (record as T);
  };
}

function checkColumns(value: unknown): string | undefined {
  const columns = Array.isArray(value) ? (value as readonly (Partial<FixedColumn> | null)[]) : [];
  const names = new Set(columns.map((column) => column?.name));
  const fits = columns.length > 0 && names.size === columns.length && columns.every(isColumn);
  return fits
    ? undefined
    : 'an array of columns, each with a width, perhaps a start, and a name of its own, not __proto__';
}

function isColumn(column: Partial<FixedColumn> | null): boolean {
  const { name, width, start = 0 } = column ?? {};
  const isNamed = typeof name === 'string' && name !== '' && name !== '__proto__';
  return isNamed && check.integer(1)(width) === undefined && check.integer(0)(start) === undefined;
}
