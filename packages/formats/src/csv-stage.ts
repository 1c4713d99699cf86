import type { CodecContext, CodecStage } from '@millrace/core';
import type { CsvRecord } from './csv-columns.ts';
import { CsvRecords } from './csv-records.ts';
import type { CsvSettings } from './csv-settings.ts';
import { startRows } from './row-stage.ts';

/** A parser of one dialect at work on one item. */
export function startCsv(
  settings: CsvSettings,
  delimiter: string,
  { reject }: CodecContext,
): CodecStage<string, CsvRecord> {
  return startRows({ ...settings, delimiter }, new CsvRecords(settings, delimiter, reject));
}
