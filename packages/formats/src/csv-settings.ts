import { type RowDialect } from '@millrace/framing';
import type { FieldTypes } from './field-types.ts';

/** What `parseCsv` was told, with its defaults. */
export interface CsvSettings extends Omit<RowDialect, 'delimiter'> {
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
