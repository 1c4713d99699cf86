import type { Ledger } from '@millrace/core';
import { check, checkOptions, storedLedger } from '@millrace/core/plugin';
import { openClient, type PostgresConnection } from './client.ts';
import { identifier, qualified } from './identifier.ts';
import { postgresLedgerStore } from './ledger-store.ts';
import { MAX_TIMER_MS, type PostgresRetryOptions, readRetryOptions } from './retry-options.ts';

export interface PostgresLedgerOptions extends PostgresConnection {
  /** Name of the table, as it is. It must exist; see `createLedgerTable`. Any number of feeds may share it. */
  readonly table: string;
  /** Schema of the table. @default the first of the connection's `search_path` that has the table */
  readonly schema?: string;
  /** Milliseconds that a statement may take; 2^31 - 1 at most. @default 10000 */
  readonly timeoutMs?: number;
  /** How long to go on if PostgreSQL is away or rolls back. */
  readonly retry?: PostgresRetryOptions;
}

/** Connections of the ledger's own pool. Its statements are short, and none waits for another one. */
const CONNECTIONS = 4;

/**
 * Keeps a ledger in a PostgreSQL table, for runs in any number of processes: `feed.run(refs, { ledger })`.
 *
 * Each version of an object has a row with its whole report, and each object has one more row that orders its versions. Claims
 * use conditional writes, each a statement and a transaction of its own. A write whose response was lost is sent again and
 * finds its own record, or is resolved by reading. With versions `newest`, a claim takes one read and two writes, a checkpoint
 * two writes and finishing three; with `all`, a claim one read and one or two writes, and the others one write. If versions of
 * an object were processed with `all`, a claim with `newest` reads all its versions as well.
 *
 * It can be listed by `status`, `failed` and `audit` if the table is one that `createLedgerTable` or `ensureLedgerTable` made so; else a
 * listing rejects with `POSTGRES_LISTING_MISSING`.
 *
 * Leases use the clocks of the processes, which may differ by the run's `clockSkewMs`. Sequencers must be hexadecimal, like
 * those of S3. Connections must lead to the primary; a standby is refused.
 *
 * Without a `client` it opens a pool of 4 connections at the first claim, which does not keep the process running.
 *
 * Calls reject with `LEDGER_LEASE_LOST` (retryable), under `newest` also if another version of the object was granted since;
 * `LEDGER_SEQUENCER_INVALID`; and, as `postgresSink` does, `POSTGRES_UNAVAILABLE` (retryable), `POSTGRES_TABLE_NOT_FOUND`,
 * `POSTGRES_ACCESS_DENIED`, `POSTGRES_REQUEST_FAILED`, `POSTGRES_RESPONSE_INVALID` or `POSTGRES_DRIVER_MISSING`.
 *
 * @param now the clock, in milliseconds since the epoch; for tests
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
 * @example
 * await prices.run(refs, { ledger: postgresLedger({ connection, table: 'millrace_ledger' }) });
 */
export function postgresLedger(options: PostgresLedgerOptions, now: () => number = Date.now): Ledger {
  checkOptions('postgresLedger', options, {
    client: check.optional(check.object),
    connection: check.optional(check.text),
    table: identifier,
    schema: check.optional(identifier),
    timeoutMs: check.optional(check.integer(1, MAX_TIMER_MS)),
    retry: check.optional(check.object),
  });
  const { timeoutMs = 10_000 } = options;
  const client = openClient(options, { connections: CONNECTIONS, timeoutMs, allowExit: true });
  const budget = readRetryOptions('postgresLedger', options.retry);
  return storedLedger(postgresLedgerStore({ client: client.get, table: qualified(options), budget, timeoutMs }), now);
}
