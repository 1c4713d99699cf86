import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Finding, Probe } from '@millrace/core';
import { findingOf } from '@millrace/core/plugin';
import { tableCalls } from './table-calls.ts';
import { tableDifferences } from './table-differences.ts';
import type { EnsureTableOptions } from './table-options.ts';

/** How a table should be, and how it is made. */
export interface ExpectedTable {
  readonly table: string;
  /** Its key. The type of a key attribute is compared only if it is given: a sink takes any. */
  readonly key: Pick<EnsureTableOptions, 'partitionKey' | 'sortKey'>;
  readonly anyKeyType?: boolean;
  /** An index that only some calls need, and which these are. */
  readonly index?: { readonly name: string; readonly neededBy: string };
  /** The call that makes such a table, or adds what is missing, for the remedy. */
  readonly madeBy: string;
}

/**
 * Makes a probe that describes a table and compares its key. It needs `dynamodb:DescribeTable`, which a run does not: a refusal
 * of that says nothing about writing, so it is a warning.
 */
export function tableProbe(expected: ExpectedTable, client: () => DynamoDBClient): Probe {
  const { table, key, madeBy, index, anyKeyType = false } = expected;
  const subject = `table ${table}`;
  return async ({ signal }) => {
    try {
      const calls = tableCalls(client(), table, signal);
      const description = await calls.describe();
      if (description === undefined) return [missing(subject, table, madeBy)];
      const { TableStatus: status = '' } = description;
      if (status !== 'ACTIVE' && status !== 'UPDATING') return [notActive(subject, status)];
      const differences = await tableDifferences(description, { table, ...key }, calls);
      const real = differences.filter(({ expected: asked, actual }) => !anyKeyType || nameIn(asked) !== nameIn(actual));
      if (real.length > 0) return [differing(subject, real, madeBy)];
      const indexes = description.GlobalSecondaryIndexes ?? [];
      if (index !== undefined && !indexes.some(({ IndexName }) => IndexName === index.name))
        return [withoutIndex(subject, index, madeBy)];
      return [{ level: 'ok', subject, message: 'It is active and has the expected key.' }];
    } catch (error) {
      return [refused(findingOf(subject, error))];
    }
  };
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

function withoutIndex(subject: string, index: NonNullable<ExpectedTable['index']>, madeBy: string): Finding {
  return {
    level: 'warning',
    subject,
    code: 'DYNAMODB_INDEX_MISSING',
    message: `It has no index ${index.name}, which ${index.neededBy} need.`,
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
