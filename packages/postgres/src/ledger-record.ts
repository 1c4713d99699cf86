import { errorFromJson, type ItemReport } from '@millrace/core';
import type { HeadRecord, VersionRecord } from '@millrace/core/plugin';
import { invalidResponse } from './response.ts';

/*
 * How the records of a ledger look as JSON: as they are, except that a report's error is the plain object that logs get, too;
 * and except for NUL characters and halves of surrogate pairs, which an object's name or a message can have. PostgreSQL keeps them
 * in JSON as escapes, but a single one would make every query fail that looks into the records.
 */

type LedgerRecord = HeadRecord | VersionRecord;

/** Returns a record as JSON in which U+001A and four hexadecimal digits substitute for what PostgreSQL's text cannot hold. */
export function recordText(record: LedgerRecord): string {
  return jsonOf(record).replaceAll(/\\(?:u(0000|001a|d[89a-f][\da-f]{2})|.)/g, (escape, digits?: string) =>
    digits === undefined ? escape : String.raw`\u001a` + digits,
  );
}

/** Undoes in JSON what {@link recordText} substituted. */
export function restored(json: string): string {
  return json.replaceAll(/\\(?:u001a([\da-f]{4})|.)/g, (escape, digits?: string) =>
    digits === undefined ? escape : `\\u${digits}`,
  );
}

function jsonOf(record: LedgerRecord): string {
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

function reportOf({ error, ...report }: ItemReport): ItemReport {
  if (error === undefined) return report;
  return { ...report, error: errorFromJson(error as unknown as Readonly<Record<string, unknown>>) };
}

function withoutDetails(record: LedgerRecord): unknown {
  if (!('report' in record)) return record;
  const details = { omitted: 'The ledger cannot keep these details.' };
  return { ...record, report: { ...record.report, error: { ...record.report?.error?.toJSON(), details } } };
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
