export { type ParquetRecord, parseParquet, type ParseParquetOptions } from './parse-parquet.ts';
