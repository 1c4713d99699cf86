import { check, checkOptions, type Codec, type CodecContext, type CodecStage } from '@millrace/core';
import { columnsProblem } from './csv-columns.ts';
import { startCsv } from './csv-stage.ts';
import { type ReparsedRecord, reparseCsv } from './reparse-csv.ts';
import { MAX_RECORD_CHARS } from './record-text.ts';

export interface ParseCsvOptions {
  /** Names of the columns, for text without a header row. @default the fields of the first row */
  readonly columns?: readonly string[];
  /** The character between fields. @default ',' */
  readonly delimiter?: string;
  /**
   * Characters (UTF-16 units) at most in a row; a longer one is stepped over and rejected. Where that many are in quotes
   * the item fails, as nobody knows where the row ends.
   * @default 1048576
   */
  readonly maxRecordChars?: number;
}

/**
 * Parses CSV by RFC 4180: each row is a record of strings by column. Fields in quotes may hold delimiters, line breaks
 * and, doubled, quotes. Rows end in LF or CRLF, the last may end without. Blank lines are passed over, and a byte order
 * mark that is still there is stripped. Nothing is trimmed or converted; an empty field is an empty string.
 *
 * A row that breaks the rules is rejected with its line number and its text, and the run goes on at the next line. `T` is
 * what you say the records are; nothing checks it, so put `validate()` behind.
 *
 * Rejections: `CSV_FIELD_COUNT`, `CSV_QUOTE_INVALID`, `CSV_QUOTE_UNCLOSED` (at the end of the item), `RECORD_TOO_LONG`,
 * and `ENCODING_INVALID` where `decodeText` says so.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` when it is made
 * @throws MillraceError `CSV_HEADER_INVALID` in a run, where a column has no name, or two have the same
 * @throws MillraceError `CSV_QUOTE_UNCLOSED` in a run, where a quote is not closed within `maxRecordChars`
 */
export function parseCsv<T = Record<string, string>>(options: ParseCsvOptions = {}): Codec<string, T, 'records'> {
  checkOptions('parseCsv', options, {
    columns: check.optional(checkColumns),
    delimiter: check.optional(checkDelimiter),
    maxRecordChars: check.optional(check.integer(1)),
  });
  const { columns, delimiter = ',', maxRecordChars = MAX_RECORD_CHARS } = options;
  const settings = { columns: columns && [...columns], delimiter, maxRecordChars };
  return Object.freeze({
    kind: 'codec',
    emits: 'records',
    name: 'parseCsv',
    takesDamage: true,
    start: (context: CodecContext) => startCsv(settings, context) as CodecStage<string, T>,
    reparse: (rejected: ReparsedRecord) => reparseCsv(settings, rejected) as T,
  });
}

function checkColumns(value: unknown): string | undefined {
  const isNames = Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');
  return isNames && columnsProblem(value) === undefined ? undefined : 'an array of names, none empty, no two the same';
}

function checkDelimiter(value: unknown): string | undefined {
  const fits = typeof value === 'string' && value.length === 1 && !'"\r\n'.includes(value);
  return fits ? undefined : 'one character, neither a quote nor a line break';
}
