import type { CodecContext, Rejected, RejectedRecord } from '@millrace/core/plugin';
import { type CsvRecord, headerColumns, headerInvalid, recordMaker } from './csv-columns.ts';
import type { RowProblem } from './csv-row.ts';
import { type RowReader, rowReader } from './csv-row-reader.ts';
import type { CsvSettings } from './csv-settings.ts';
import { fieldConverter } from './field-types.ts';
import type { LineProblem } from './line-problem.ts';
import { excerpt, tooLong, withoutReturn } from './record-text.ts';

/** A row that has come to its end. */
export interface EndedRow {
  readonly fields: readonly string[];
  readonly problem: RowProblem | undefined;
  /** Its text, or the beginning where it is too long. */
  readonly raw: string;
  /** Characters in it. */
  readonly length: number;
  /** Line on which it begins. */
  readonly line: number;
  /** Its rejection, where it holds bytes that are no text. */
  readonly damaged: RejectedRecord | undefined;
}

/** Makes records of an item's rows. */
export interface CsvRecords {
  /**
   * The record of a row without quotes, from `start` to the line feed at `feed`; nothing where it is blank, where something
   * is wrong with it, or where this fast way is not open.
   */
  readonly ofPlain: (text: string, start: number, feed: number) => CsvRecord | undefined;
  /** The record of a row that has the right number of fields, all of the right type, else nothing. */
  readonly ofFields: (fields: readonly string[]) => CsvRecord | undefined;
  /** What becomes of any row: a record, a rejection, or nothing where it is the header row. */
  readonly ofRow: (row: EndedRow) => CsvRecord | Rejected | undefined;
}

/** Rows of an item that are read before it is worth while to compile a reader. */
const ROWS_BEFORE_COMPILING = 64;

const CARRIAGE_RETURN = 0x0d;

/** @param delimiter what it was found out to be */
export function csvRecords(settings: CsvSettings, delimiter: string, reject: CodecContext['reject']): CsvRecords {
  const { maxRecordChars, shortRows, longRows, types } = settings;
  const convert = fieldConverter(types);
  let columns = settings.columns;
  let make = columns && recordMaker(columns);
  let reader: RowReader | undefined;
  let rowsToCompiling = settings.trim ? Infinity : ROWS_BEFORE_COMPILING;

  function readHeader({ fields, problem, length, line, damaged }: EndedRow): void {
    if (length > maxRecordChars) throw headerInvalid(`it has ${length} characters, more than maxRecordChars`, line);
    if (damaged !== undefined) throw headerInvalid(damaged.message, line);
    if (problem !== undefined) throw headerInvalid(problem.what, line);
    columns = headerColumns(fields, settings, line);
    make = recordMaker(columns);
  }

  function fitted(fields: readonly string[]): readonly string[] | undefined {
    const missing = columns!.length - fields.length;
    if (missing === 0) return fields;
    if (missing < 0) return longRows === 'cut' ? fields.slice(0, columns!.length) : undefined;
    return shortRows === 'fill' ? [...fields, ...Array.from({ length: missing }, () => '')] : undefined;
  }

  function ofPlain(text: string, start: number, feed: number): CsvRecord | undefined {
    if (reader === undefined) {
      if (columns !== undefined && (rowsToCompiling -= 1) === 0) reader = rowReader(columns, delimiter);
      return undefined;
    }
    const end = feed > start && text.charCodeAt(feed - 1) === CARRIAGE_RETURN ? feed - 1 : feed;
    const record = start === end ? undefined : reader(text, start, end);
    return record !== undefined && convert?.(record) === undefined ? record : undefined;
  }

  function ofFields(fields: readonly string[]): CsvRecord | undefined {
    if (make === undefined) return undefined;
    const fitting = fields.length === columns!.length ? fields : fitted(fields);
    if (fitting === undefined) return undefined;
    const record = make(fitting);
    return convert?.(record) === undefined ? record : undefined;
  }

  /** The columns go along, so that a replay can parse the row by itself. They are content: the file's header has them. */
  function as(line: number, raw: string): Pick<RejectedRecord, 'raw' | 'line' | 'details'> {
    const content = settings.delimiter === undefined ? { columns, delimiter } : { columns };
    return { raw, line, details: { content } };
  }

  function fieldProblem(fields: readonly string[]): LineProblem | undefined {
    const fitting = fitted(fields);
    return fitting && convert?.(make!(fitting));
  }

  function ofRow(row: EndedRow): CsvRecord | Rejected | undefined {
    if (columns === undefined) {
      readHeader(row);
      return undefined;
    }
    const { fields, problem, length, line, damaged } = row;
    if (length > maxRecordChars) return reject(tooLong(excerpt(row.raw, maxRecordChars), length, line, maxRecordChars));
    if (damaged !== undefined) return reject(damaged);
    const raw = withoutReturn(row.raw);
    if (problem !== undefined) {
      return reject({ ...as(line, raw), code: problem.code, message: `In the row on line ${line} ${problem.what}.` });
    }
    const record = ofFields(fields);
    if (record !== undefined) return record;
    const wrong = fieldProblem(fields);
    const place = as(line, raw);
    if (wrong !== undefined) {
      const { code, what, cause } = wrong;
      const details = { ...place.details, ...wrong.details };
      return reject({ ...place, code, message: `The row on line ${line} ${what}`, details, cause });
    }
    const message = `The row on line ${line} has ${fields.length} fields, and there are ${columns.length} columns.`;
    return reject({ ...place, code: 'CSV_FIELD_COUNT', message });
  }

  return { ofPlain, ofFields, ofRow };
}
