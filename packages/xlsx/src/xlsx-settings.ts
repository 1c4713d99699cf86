import type { XlsxColumnTypes } from './sheet/column-types.ts';

/** What `parseXlsx` was given, with its defaults, as far as it decides what records are. */
export interface XlsxSettings {
  readonly sheets: 'all' | 'first' | readonly (string | number)[];
  readonly columns: readonly string[] | undefined;
  readonly skipRows: number;
  readonly duplicateColumns: 'fail' | 'number';
  readonly unnamedColumns: 'reject' | 'number' | 'cut';
  readonly types: XlsxColumnTypes;
  readonly numbers: 'double' | 'exact';
  readonly errorCells: 'reject' | 'null' | 'text';
  readonly maxRecordChars: number;
}
