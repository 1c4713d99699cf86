import type { Finding, ProbeContext } from '@millrace/core';
import { findingOf } from '@millrace/core/plugin';
import { LEDGER_INDEX } from './ledger-listing.ts';
import { type OwnTable, tableOf } from './own-table.ts';
import { tableCalls } from './table-calls.ts';
import { tableDifferences } from './table-differences.ts';

/**
 * Looks at the table of a `dynamodbSink`, `dynamodbLedger` or `dynamodbQuarantine`: whether it is there and active, and has the
 * expected key and index. It changes nothing and never rejects; what it cannot find out is a finding. It needs
 * `dynamodb:DescribeTable`, which a run does not: if that is not allowed, it says so as a warning.
 *
 * @returns `undefined` for a plugin that has no such table
 * @example
 * const findings = await probeTable(prices.stages.sink, { signal: AbortSignal.timeout(10_000) });
 */
export async function probeTable(plugin: object, { signal }: ProbeContext): Promise<readonly Finding[] | undefined> {
  const own = tableOf(plugin);
  if (own === undefined) return undefined;
  const subject = `table ${own.table}`;
  try {
    return [await lookAt(own, subject, signal)];
  } catch (error) {
    return [refused(findingOf(subject, error))];
  }
}

/** The call that makes such a table, or adds what is missing. */
const MADE_BY: Readonly<Record<OwnTable['kind'], string>> = {
  records: 'ensureTable()',
  ledger: 'ensureLedgerTable()',
  quarantine: 'createQuarantineTable()',
};

async function lookAt(own: OwnTable, subject: string, signal: AbortSignal): Promise<Finding> {
  const { table, key, kind } = own;
  const madeBy = MADE_BY[kind];
  const calls = tableCalls(own.client(), table, signal);
  const description = await calls.describe();
  if (description === undefined) return missing(subject, table, madeBy);
  const { TableStatus: status = '' } = description;
  if (status !== 'ACTIVE' && status !== 'UPDATING') return notActive(subject, status);
  const differences = await tableDifferences(description, { table, ...key }, calls);
  const real = differences.filter(({ expected, actual }) => kind !== 'records' || nameIn(expected) !== nameIn(actual));
  if (real.length > 0) return differing(subject, real, madeBy);
  const indexes = description.GlobalSecondaryIndexes ?? [];
  if (kind === 'ledger' && !indexes.some(({ IndexName }) => IndexName === LEDGER_INDEX))
    return withoutIndex(subject, madeBy);
  return { level: 'ok', subject, message: 'It is active and has the expected key.' };
}

/** `uuid` of `uuid (S)`. */
function nameIn(key: string): string {
  return key.replace(/ \(.\)$/, '');
}

function missing(subject: string, table: string, madeBy: string): Finding {
  const remedy = `Create it with ${madeBy}, or correct its name, the region or the account.`;
  const message = `There is no table ${table} in this region and account.`;
  return { level: 'error', subject, code: 'DYNAMODB_TABLE_NOT_FOUND', message, remedy };
}

function notActive(subject: string, status: string): Finding {
  const message = `It is ${status}, so nothing can be written to it.`;
  return { level: 'error', subject, code: 'DYNAMODB_TABLE_NOT_ACTIVE', message, remedy: 'Wait until it is active.' };
}

function differing(
  subject: string,
  differences: readonly { readonly setting: string; readonly expected: string; readonly actual: string }[],
  madeBy: string,
): Finding {
  const list = differences.map(({ setting, expected, actual }) => `${setting} is ${actual}, not ${expected}`);
  return {
    level: 'error',
    subject,
    code: 'DYNAMODB_TABLE_DIFFERS',
    message: `It has another key: ${list.join('; ')}.`,
    remedy: `A table's key cannot be changed. Name the key that the table has, or create another table with ${madeBy}.`,
  };
}

function withoutIndex(subject: string, madeBy: string): Finding {
  return {
    level: 'warning',
    subject,
    code: 'DYNAMODB_INDEX_MISSING',
    message: `It has no index ${LEDGER_INDEX}, which status, failed and audit need.`,
    remedy: `Add it with ${madeBy}, which changes nothing else.`,
  };
}

function refused(finding: Finding): Finding {
  if (finding.code !== 'DYNAMODB_ACCESS_DENIED') return finding;
  return {
    ...finding,
    level: 'warning',
    message: 'dynamodb:DescribeTable is not allowed, so the table could not be compared.',
    remedy: 'Allow dynamodb:DescribeTable to whoever runs check. Runs do not need it.',
  };
}
