import type { ParserContext, ParserStage } from '@millrace/core/plugin';
import { startRows } from '@millrace/framing';
import type { CsvRecord } from './csv-columns.ts';
import { CsvRecords } from './csv-records.ts';
import type { CsvSettings } from './csv-settings.ts';

/** A parser of one dialect at work on one item. */
export function startCsv(
  settings: CsvSettings,
  delimiter: string,
  context: Pick<ParserContext, 'reject' | 'reportColumns'>,
): ParserStage<string, CsvRecord> {
  return startRows({ ...settings, delimiter }, new CsvRecords(settings, delimiter, context));
}
