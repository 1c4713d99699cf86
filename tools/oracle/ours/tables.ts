import { feed, map } from '@millrace/core';
import { fileSource } from '@millrace/file';
import { type ParquetRecord, parseParquet } from '@millrace/parquet';
import { parseXlsx } from '@millrace/xlsx';
import { canonical, loosened } from '../canonical.ts';
import type { LinesFeed } from '../carry.ts';

/** Rows of a Parquet file; `isLoose` for DuckDB, which keeps less of moments. */
export function parquetRows(isLoose: boolean): LinesFeed {
  const parser = parseParquet<ParquetRecord>({ bigints: true, maxBufferBytes: 1024 ** 3 });
  return (sink) =>
    feed('oracle')
      .from(fileSource())
      .through(parser)
      .through(map((row) => (isLoose ? loosened(canonical(row)) : canonical(row))))
      .to(sink);
}

/** Rows of a workbook with the name of their sheet, padded to `fields` cells; values beyond these follow. */
export function xlsxRows(fields: number): LinesFeed {
  const columns = Array.from({ length: Math.max(fields, 1) }, (_, index) => `c${index}`);
  const parser = parseXlsx({
    columns,
    errorCells: 'text',
    unnamedColumns: 'number',
    maxRatio: Number.MAX_SAFE_INTEGER,
    maxDirectoryBytes: 64 * 1024 ** 2,
    maxRecordChars: 2 ** 28,
  });
  return (sink) =>
    feed('oracle')
      .from(fileSource())
      .through(parser)
      .through(map((row, { item }) => canonical([item.part, ...Object.values(row).map(moment)])))
      .to(sink);
}

/** openpyxl makes a moment of each date; here a date whose format shows no time is a date. */
function moment(value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00.000` : value;
}
