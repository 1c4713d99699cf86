import type { Rejected, RejectedRecord } from '@millrace/core/plugin';
import type { RowProblem } from './quoted-row.ts';

/** A row that has come to its end. */
export interface EndedRow {
  readonly fields: readonly string[];
  /** What breaks the rules in it. */
  readonly problem: RowProblem | undefined;
  /** Its text, or the beginning if it is too long. */
  readonly raw: string;
  /** Characters in it. */
  readonly length: number;
  /** Line on which it begins. */
  readonly line: number;
  /** Its rejection, if it holds bytes that are not text. */
  readonly damaged: RejectedRecord | undefined;
}

/** Makes records of an item's rows. */
export interface RowMaker<T> {
  /**
   * Returns the record of a row without quotes, from `start` to the line feed at `feed`: the fast way. Returns `undefined` if
   * the row is blank, if something is wrong with it, or if there is no fast way.
   */
  readonly ofPlain: (text: string, start: number, feed: number) => T | undefined;
  /** Returns the record of these fields, or `undefined` if they do not make one. */
  readonly ofFields: (fields: readonly string[]) => T | undefined;
  /** Returns the record or the rejection of any row, or `undefined` if the row is not a record, as a header is not. */
  readonly ofRow: (row: EndedRow) => T | Rejected | undefined;
}
