import { check, checkOptions } from '@millrace/core/plugin';
import { createClient } from './client.ts';
import { type CreateLedgerTableOptions, LEDGER_TABLE } from './create-ledger-table.ts';
import { ensureKeyedTable } from './ensure-keyed-table.ts';
import type { EnsuredTable } from './ensure-table.ts';
import { documentClient } from './ledger-client.ts';
import { listOldEntries } from './old-entries.ts';

export interface EnsureLedgerTableOptions extends CreateLedgerTableOptions {
  /**
   * What to do with entries of releases before the index: `add` reads the whole table once and adds them to the index, `leave`
   * does not list them until a run claims them again. @default 'leave'
   */
  readonly oldEntries?: 'add' | 'leave';
}

export interface EnsuredLedgerTable extends EnsuredTable {
  /** Entries of earlier releases that were added to the index. */
  readonly entriesAdded: number;
}

/**
 * Creates the table for `dynamodbLedger` if it does not exist, and adds the index `listing` to an existing table that does not
 * have it, so that `status`, `failed` and `audit` can list it. Nothing else of a table is changed. Runs go on meanwhile. It is
 * safe to call it again, also after it was interrupted.
 *
 * It needs the actions `dynamodb:DescribeTable`, `dynamodb:CreateTable` and `dynamodb:UpdateTable`, and `dynamodb:Scan` and
 * `dynamodb:UpdateItem` to add old entries.
 *
 * @throws MillraceError as `createLedgerTable` does; `DYNAMODB_TABLE_DIFFERS` also if there is another index of that name; and
 *   `DYNAMODB_TABLE_NOT_ACTIVE` if DynamoDB has not filled the index within `timeoutMs`: call again to go on waiting
 * @example
 * await ensureLedgerTable({ table: 'millrace_ledger', oldEntries: 'add' });
 */
export async function ensureLedgerTable(options: EnsureLedgerTableOptions): Promise<EnsuredLedgerTable> {
  const { oldEntries = 'leave', ...rest } = options;
  checkOptions('ensureLedgerTable', { oldEntries }, { oldEntries: check.oneOf('add', 'leave') });
  const ensured = await ensureKeyedTable('ensureLedgerTable', rest, LEDGER_TABLE, true);
  if (oldEntries === 'leave' || ensured.created) return { ...ensured, entriesAdded: 0 };
  const { table, client, signal } = rest;
  const own = client === undefined ? createClient(1) : undefined;
  try {
    return { ...ensured, entriesAdded: await listOldEntries(documentClient(own?.client ?? client), table, signal) };
  } finally {
    own?.client.destroy();
  }
}
