import type { CodecContext, Rejected, RejectedRecord } from '@millrace/core';
import { checkHeader, type CsvRecord, headerInvalid, recordMaker } from './csv-columns.ts';
import type { RowProblem } from './csv-row.ts';
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
  /** The record of a row that has the right number of fields, else nothing. */
  readonly ofFields: (fields: readonly string[]) => CsvRecord | undefined;
  /** What becomes of any row: a record, a rejection, or nothing where it is the header row. */
  readonly ofRow: (row: EndedRow) => CsvRecord | Rejected | undefined;
}

export function csvRecords(
  given: readonly string[] | undefined,
  maxRecordChars: number,
  reject: CodecContext['reject'],
): CsvRecords {
  let columns = given;
  let make = given && recordMaker(given);

  function readHeader({ fields, problem, length, line, damaged }: EndedRow): void {
    if (damaged !== undefined) throw headerInvalid(damaged.message, line);
    if (length > maxRecordChars) throw headerInvalid(`it has ${length} characters, more than maxRecordChars`, line);
    if (problem !== undefined) throw headerInvalid(problem.what, line);
    checkHeader(fields, line);
    columns = fields;
    make = recordMaker(fields);
  }

  function ofFields(fields: readonly string[]): CsvRecord | undefined {
    return make !== undefined && fields.length === columns!.length ? make(fields) : undefined;
  }

  /** The columns go along, so that a replay can parse the row by itself. */
  function as(line: number, raw: string): Pick<RejectedRecord, 'raw' | 'line' | 'details'> {
    return { raw, line, details: { columns } };
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
    const message = `The row on line ${line} has ${fields.length} fields, and there are ${columns.length} columns.`;
    return reject({ ...as(line, raw), code: 'CSV_FIELD_COUNT', message });
  }

  return { ofFields, ofRow };
}
