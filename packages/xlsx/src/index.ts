export type { ExactXlsxValue, XlsxValue } from './sheet/cell-value.ts';
export type {
  UntypedXlsxValue,
  XlsxColumnType,
  XlsxColumnTypes,
  XlsxColumnValue,
  XlsxRow,
} from './sheet/column-types.ts';
export { parseXlsx, type ParseXlsxOptions } from './parse-xlsx.ts';
