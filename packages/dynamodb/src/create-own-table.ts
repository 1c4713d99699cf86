import { createQuarantineTable } from './create-quarantine-table.ts';
import { ensureLedgerTable } from './ensure-ledger-table.ts';
import { type EnsuredTable, ensureTable } from './ensure-table.ts';
import { tableOf } from './own-table.ts';

/**
 * Creates the table of a `dynamodbSink`, `dynamodbLedger` or `dynamodbQuarantine` if it does not exist, with the plugin's client. For
 * development and tests: a table that is deployed is better described where everything else is. The key of a sink's table is made of
 * texts.
 *
 * @returns `undefined` for a plugin that has no such table
 * @throws MillraceError as `ensureTable` does
 * @example
 * for (const plugin of [prices.stages.sink, ledger]) await createOwnTable(plugin);
 */
export async function createOwnTable(plugin: object, signal?: AbortSignal): Promise<EnsuredTable | undefined> {
  const own = tableOf(plugin);
  if (own === undefined) return undefined;
  const { table, key, kind } = own;
  const options = { table, client: own.client(), ...(signal && { signal }) };
  if (kind === 'ledger') return ensureLedgerTable(options);
  return kind === 'quarantine' ? createQuarantineTable(options) : ensureTable({ ...options, ...key });
}
