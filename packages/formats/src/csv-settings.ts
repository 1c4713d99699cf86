import type { FieldTypes } from './field-types.ts';

/** How the text of a CSV file is cut into fields. */
export interface CsvDialect {
  readonly delimiter: string;
  /** Empty where nothing is quoted. */
  readonly quote: string;
  /** The same as the quote where two quotes stand for one. */
  readonly escape: string;
  /** Empty where there are no comments. */
  readonly comment: string;
  readonly trim: boolean;
}

/** What `parseCsv` was told, with its defaults. */
export interface CsvSettings extends Omit<CsvDialect, 'delimiter'> {
  /** Absent where it is to be found out. */
  readonly delimiter: string | undefined;
  readonly columns: readonly string[] | undefined;
  readonly duplicateColumns: 'fail' | 'number';
  readonly emptyColumns: 'fail' | 'number';
  readonly shortRows: 'reject' | 'fill';
  readonly longRows: 'reject' | 'cut';
  readonly types: FieldTypes;
  readonly skipLines: number;
  readonly maxRecordChars: number;
}
