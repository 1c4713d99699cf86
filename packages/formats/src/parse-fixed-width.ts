import type { Parser } from '@millrace/core';
import { check, checkOptions, signatureOf } from '@millrace/core/plugin';
import { endOfLine, lineParser, type ParseLine, RecordProblem, SKIP } from '@millrace/framing';
import {
  assertKnownFields,
  type ConvertFields,
  fieldConverter,
  type FieldTypes,
  fieldTypesProblem,
  type TypedRow,
} from './field-types.ts';
import { mayBeWide, placesOf, type WidthUnit } from './width-units.ts';

/** A column of a file of fixed width. */
export interface FixedColumn {
  readonly name: string;
  /** Units that it is wide; `unit` says which. */
  readonly width: number;
  /** Where it begins, from 0. @default where the column before it ends */
  readonly start?: number;
}

export interface ParseFixedWidthOptions {
  /** The columns, in any order; they may overlap and leave gaps. */
  readonly columns: readonly FixedColumn[];
  /**
   * What `width` and `start` count: `'characters'` are Unicode code points, so one beyond U+FFFF is one; `'utf16'` are UTF-16
   * units, where it is two; `'utf8'` are bytes of the text in UTF-8; `'columns'` are columns of a terminal or of a double-byte
   * code page: two for wide East Asian characters, one for others, and none for combining marks.
   * @default 'characters'
   */
  readonly unit?: WidthUnit;
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
 * byte order marks before a line are stripped. Widths count characters of the decoded text, unless `unit` says otherwise.
 * A column that begins or ends within a character rejects the line, as does a carriage return that is not part of the line end.
 *
 * The record's type follows from `columns` and `types`. A `T` of your own is what you say the records are; nothing checks it, so put
 * `validate()` after it.
 *
 * @example
 * // { id: number | null; name: string }
 * parseFixedWidth({ columns: [{ name: 'id', width: 4 }, { name: 'name', width: 20 }], types: { id: 'integer' } });
 *
 * Rejections: `FIXED_WIDTH_LENGTH`, `FIXED_WIDTH_CHARACTER_CUT`, `FIXED_WIDTH_LINE_END_INVALID`, `FIELD_INVALID`, `RECORD_TOO_LONG`, and `ENCODING_INVALID` where `decodeText` says so.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 */
export function parseFixedWidth<const C extends readonly FixedColumn[], const Y extends FieldTypes>(
  options: ParseFixedWidthOptions & { readonly columns: C; readonly types: Y },
): Parser<string, TypedRow<C[number]['name'], Y>>;
export function parseFixedWidth<const C extends readonly FixedColumn[]>(
  options: ParseFixedWidthOptions & { readonly columns: C; readonly types?: undefined },
): Parser<string, TypedRow<C[number]['name'], Readonly<Record<never, never>>>>;
export function parseFixedWidth<T = Record<string, string | undefined>>(
  options: ParseFixedWidthOptions,
): Parser<string, T>;
export function parseFixedWidth<T>(options: ParseFixedWidthOptions): Parser<string, T> {
  checkOptions('parseFixedWidth', options, {
    columns: checkColumns,
    unit: check.optional(check.oneOf('characters', 'utf16', 'utf8', 'columns')),
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
  const convert = fieldConverter(types);
  const begin = (): ParseLine<T> => fixedLine<T>(options, convert);
  return lineParser({ name: 'parseFixedWidth', signature: signatureOf(options), maxRecordChars, begin });
}

const TRIM: Readonly<Record<'both' | 'start' | 'end' | 'none', (text: string) => string>> = {
  both: (text) => text.trim(),
  start: (text) => text.trimStart(),
  end: (text) => text.trimEnd(),
  none: (text) => text,
};

function fixedLine<T>(
  { columns, unit = 'characters', trim = 'both', shortLines = 'reject', longLines = 'reject' }: ParseFixedWidthOptions,
  convert: ConvertFields | undefined,
): ParseLine<T> {
  const spans: { readonly name: string; readonly from: number; readonly to: number }[] = [];
  for (const { name, width, start = spans.at(-1)?.to ?? 0 } of columns)
    spans.push({ name, from: start, to: start + width });
  const total = Math.max(...spans.map(({ to }) => to));
  const trimmed = TRIM[trim];
  const placesIn = placesOf(unit);
  // Most files have neither; to look for them in each line would take as long as cutting it.
  let hasReturns = false;
  let hasWide = false;
  const parse = (raw: string): T | RecordProblem | typeof SKIP => {
    const back = hasReturns ? raw.indexOf('\r') : -1;
    const line = back === -1 ? raw : raw.slice(0, endOfLine(raw, 0, raw.length));
    if (line.trim() === '') return SKIP;
    if (back !== -1 && back < line.length) return new RecordProblem(STRAY_RETURN);
    const places = hasWide ? placesIn(line) : undefined;
    const length = places?.at(-1) ?? line.length;
    const end = places === undefined ? total : indexAt(places, Math.min(total, length));
    if (
      (length < total && shortLines === 'reject') ||
      (length > total && longLines === 'reject' && end !== -1 && line.slice(end).trim() !== '')
    ) {
      const what = `has ${length} ${UNITS[unit]}, and the columns take ${total}.`;
      return new RecordProblem({ code: 'FIXED_WIDTH_LENGTH', what, details: { length, expected: total } });
    }
    const record: Record<string, unknown> = {};
    if (places === undefined) {
      for (const { name, from, to } of spans) record[name] = trimmed(line.slice(from, to));
    } else {
      for (const { name, from, to } of spans) {
        const start = indexAt(places, Math.min(from, length));
        const stop = indexAt(places, Math.min(to, length));
        if (start === -1 || stop === -1) return cutCharacter(name);
        record[name] = trimmed(line.slice(start, stop));
      }
    }
    return convert?.(record) ?? (record as T);
  };
  const beforeChunk = (text: string): void => {
    hasReturns ||= text.includes('\r');
    hasWide ||= mayBeWide(unit, text);
  };
  return Object.assign(parse, { beforeChunk });
}

const UNITS: Readonly<Record<WidthUnit, string>> = {
  characters: 'characters',
  utf16: 'UTF-16 units',
  utf8: 'bytes of UTF-8',
  columns: 'display columns',
};

const STRAY_RETURN = {
  code: 'FIXED_WIDTH_LINE_END_INVALID',
  what: 'has a carriage return without a line feed. Convert the line ends of the file to LF or CRLF.',
};

/** Returns the index in the text of the character that begins at `place`, or -1 if the place is within a character. */
function indexAt(places: readonly number[], place: number): number {
  let low = 0;
  let high = places.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle]! < place) low = middle + 1;
    else high = middle;
  }
  return places[low] === place ? low : -1;
}

function cutCharacter(column: string): RecordProblem {
  const what = `has a character that is partly in the column ${JSON.stringify(column)}. Check its width and the option "unit".`;
  return new RecordProblem({ code: 'FIXED_WIDTH_CHARACTER_CUT', what, details: { column } });
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
