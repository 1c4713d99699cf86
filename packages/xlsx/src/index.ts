export type { ExactXlsxValue, XlsxValue } from './sheet/cell-value.ts';
export type { ColumnTypes, XlsxColumnType, XlsxColumnValue, XlsxRow, UntypedXlsxValue } from './sheet/column-types.ts';
export { parseXlsx, type ParseXlsxOptions } from './parse-xlsx.ts';
