import { type HeadRecord, type ItemReport, MillraceError, type VersionRecord } from '@millrace/core';
import { invalidResponse } from './response.ts';

/*
 * How the records of a ledger look as JSON: as they are, except that a report's error is the plain object that logs get, too.
 * JSON escapes what PostgreSQL's text cannot hold, so that an object may have any name.
 */

type LedgerRecord = HeadRecord | VersionRecord;

/** What `MillraceError.toJSON` returns. */
interface PlainError {
  readonly code: string;
  readonly message: string;
}

export function recordText(record: LedgerRecord): string {
  try {
    return JSON.stringify(record, bigintAsText);
  } catch {
    // Details can be anything, such as an object that contains itself.
    return JSON.stringify(withoutDetails(record), bigintAsText);
  }
}

/**
 * Reads a record as a response brings it.
 *
 * @throws MillraceError `POSTGRES_RESPONSE_INVALID`
 */
export function recordOf<T extends LedgerRecord>(value: unknown): T {
  const { feed, leaseUntil, object, report, stamp } = Object(value) as Readonly<Record<string, unknown>>;
  const texts = [feed, object, stamp].every((one) => typeof one === 'string');
  if (!texts || typeof leaseUntil !== 'number') throw invalidResponse('It does not hold a record of a ledger.');
  return { ...(value as T), ...(report !== undefined && { report: reportOf(report as ItemReport) }) };
}

/** The report that was stored. Causes of its error come back as text. */
function reportOf({ error, ...report }: ItemReport): ItemReport {
  if (error === undefined) return report;
  const { code, message, ...rest } = error as PlainError;
  return { ...report, error: new MillraceError(code, message, rest) };
}

function withoutDetails(record: LedgerRecord): unknown {
  if (!('report' in record)) return record;
  const details = { omitted: 'The ledger cannot keep these details.' };
  return { ...record, report: { ...record.report, error: { ...record.report?.error?.toJSON(), details } } };
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
