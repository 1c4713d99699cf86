import { textDigest, type Context } from '@millrace/core/plugin';
import { ask, type Asking } from './ask.ts';
import { openClient } from './client.ts';
import type { EnsurePostgresTableOptions } from './ensure-table.ts';
import { qualified, quoted } from './identifier.ts';
import { listingStatements } from './ledger-statements.ts';
import { readRetryOptions } from './retry-options.ts';

/** Bytes that a name may have in PostgreSQL; it cuts longer ones. */
const MAX_NAME = 63;

/**
 * Adds to a ledger's table what lists it, as far as it is missing.
 *
 * @throws MillraceError as `ensureTable` does
 */
export async function addListing(options: Omit<EnsurePostgresTableOptions, 'columns' | 'key'>): Promise<void> {
  const { signal = new AbortController().signal, timeoutMs = 60_000, table } = options;
  const client = openClient(options, { connections: 1, timeoutMs });
  const context: Context = { feed: '', run: '', stage: 'ensureLedgerTable', signal, count: () => {} };
  const name = qualified(options);
  const budget = readRetryOptions('ensureLedgerTable');
  const asking: Asking = { client: client.get, table: name, budget, timeoutMs };
  try {
    for (const text of listingStatements(name, quoted(await indexName(table)))) {
      const answer = await ask({ text, values: [] }, asking, context);
      if ('fault' in answer) throw answer.fault.error;
    }
  } finally {
    await client.close();
  }
}

/** An index is in the schema of its table, so only the table's name tells it from others. */
async function indexName(table: string): Promise<string> {
  const name = `${table}_listing`;
  return new TextEncoder().encode(name).length <= MAX_NAME ? name : `ledger_listing_${await textDigest(table, 16)}`;
}
