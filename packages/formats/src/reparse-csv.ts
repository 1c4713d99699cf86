import { MillraceError } from '@millrace/core';
import { isBlock, rejected, type RejectedRecord, rejectedRecord } from '@millrace/core/plugin';
import { wholeText } from '@millrace/framing';
import type { CsvRecord } from './csv-columns.ts';
import type { CsvSettings } from './csv-settings.ts';
import { startCsv } from './csv-stage.ts';

export type ReparsedRecord = Pick<RejectedRecord, 'raw' | 'code' | 'details'>;

/**
 * Parses one rejected row by itself, with the columns that the file had. A row that a later stage rejected does not say
 * them; unless they are an option, its replay goes on from the value that this stage got.
 *
 * @throws MillraceError `REPLAY_IMPOSSIBLE`, or the code of what is wrong with the row
 */
export function reparseCsv(settings: CsvSettings, { raw, code, details }: ReparsedRecord): CsvRecord {
  const text = wholeText({ raw, code });
  const kept = (details?.['content'] ?? {}) as { readonly columns?: readonly string[]; readonly delimiter?: string };
  const columns = settings.columns ?? kept.columns;
  const delimiter = settings.delimiter ?? kept.delimiter;
  if (columns === undefined || delimiter === undefined) {
    throw new MillraceError(
      'REPLAY_IMPOSSIBLE',
      'The row does not say what its columns and delimiter were. Deliver the file again.',
    );
  }
  const context = { reject: rejected };
  const stage = startCsv({ ...settings, columns, skipLines: 0 }, delimiter, context);
  const produced = [stage.push(`${text}\n`), stage.end?.() ?? []];
  const records: unknown[] = [];
  for (const some of produced) records.push(...(isBlock(some) ? some.records : (some as Iterable<unknown>)));
  const [record] = records;
  const bad = rejectedRecord(record);
  if (bad !== undefined) throw new MillraceError(bad.code, bad.message, { details: bad.details, cause: bad.cause });
  if (records.length === 1) return record as CsvRecord;
  throw new MillraceError('REPLAY_IMPOSSIBLE', `The raw text holds ${records.length} rows where one is wanted.`);
}
