import type { Ledger } from '@millrace/core';
import { check, checkOptions, storedLedger } from '@millrace/core/plugin';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AnyDynamoDBClient } from './client.ts';
import { documentClient } from './ledger-client.ts';
import { dynamodbLedgerStore } from './ledger-store.ts';
import { ledgerTable } from './ledger-table.ts';
import { tableName } from './table-name.ts';

export interface DynamodbLedgerOptions {
  /** Name of the table, or its ARN. It must exist; see `createLedgerTable`. Any number of feeds may share it. */
  readonly table: string;
  /**
   * The client to send with, a document client included. It is neither changed nor closed.
   *
   * @default a client made at the first claim from the environment's region, credentials and endpoint
   */
  readonly client?: AnyDynamoDBClient;
  /**
   * Days after which DynamoDB may delete a finished entry, where the table has time to live on. A duplicate event that
   * comes later is carried again. Entries that are under way are kept. @default kept for ever
   */
  readonly ttlDays?: number;
}

const DAY_SECONDS = 24 * 60 * 60;

/**
 * Keeps a ledger in a DynamoDB table, for runs in any number of processes: `feed.run(refs, { ledger })`.
 *
 * Each version of an object has an item with its whole report, and each object has one more item that orders its versions.
 * Claims use conditional writes; a write whose response was lost is resolved by reading. With versions `newest`, a claim takes two
 * reads and two writes, a checkpoint two writes and finishing three; with `all`, a claim two reads and one or two writes, and
 * the others one write. If versions of an object were processed with `all`, a claim with `newest` takes a query of all its
 * versions as well.
 *
 * It can be listed by `status`, `failed` and `audit` if the table has the index that `createLedgerTable` and `ensureLedgerTable` make:
 * one query for each day, from an index that lags by a second or so. Without it, a listing rejects with `DYNAMODB_INDEX_MISSING`.
 *
 * Leases use the clocks of the processes, which may differ by the run's `clockSkewMs`. Sequencers must be hexadecimal, like
 * those of S3.
 *
 * Calls reject with `LEDGER_LEASE_LOST`, under `newest` also if another version of the object was granted since;
 * `LEDGER_SEQUENCER_INVALID`; `DYNAMODB_ENTRY_UNREADABLE`; and, after the client's own retries, the codes of
 * `dynamodbSink`: `DYNAMODB_TABLE_NOT_FOUND`, `DYNAMODB_ACCESS_DENIED`, `DYNAMODB_CREDENTIALS_INVALID`, `DYNAMODB_REQUEST_INVALID`,
 * `DYNAMODB_THROTTLED`, `DYNAMODB_UNAVAILABLE` or `DYNAMODB_REQUEST_FAILED`.
 *
 * @param now the clock, in milliseconds since the epoch; for tests
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
 * @example
 * await prices.run(refs, { ledger: dynamodbLedger({ table: 'millrace-ledger' }) });
 */
export function dynamodbLedger(options: DynamodbLedgerOptions, now: () => number = Date.now): Ledger {
  checkOptions('dynamodbLedger', options, {
    table: tableName,
    client: check.optional(check.object),
    ttlDays: check.optional(check.integer(1)),
  });
  const { client, ttlDays } = options;
  let documents: DynamoDBDocumentClient | undefined;
  const table = ledgerTable(options.table, () => (documents ??= documentClient(client)));
  const expiresAt = (): number | undefined =>
    ttlDays === undefined ? undefined : Math.floor(now() / 1000) + ttlDays * DAY_SECONDS;
  return storedLedger(dynamodbLedgerStore(table, expiresAt), now);
}
