import { check, checkOptions, type ClaimRequest, type Ledger, MillraceError } from '@millrace/core';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AnyDynamoDBClient } from './client.ts';
import { claimItem } from './ledger-claim.ts';
import { documentClient } from './ledger-client.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { releaseHead, renewHead } from './ledger-head.ts';
import { ledgerKey, ledgerPartition } from './ledger-key.ts';
import type { LedgerScope } from './ledger-scope.ts';
import { comparableSequencer } from './ledger-sequencer.ts';
import { ledgerTable } from './ledger-table.ts';
import { checkpointVersion, finishVersion } from './ledger-version.ts';
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
 * A ledger in a DynamoDB table, for runs in any number of processes: `feed.run(refs, { ledger })`.
 *
 * Each version of an object has an item with its whole report, and each object one more that orders its versions. Claims
 * are decided by conditional writes; a write whose answer was lost is resolved by reading. With versions `newest`, a claim
 * takes two reads and two writes, a checkpoint two writes and finishing three; with `all`, a claim two reads and one or two
 * writes, and the others one write. Where versions of an object were carried with `all`, a claim with `newest` takes a query
 * of all its versions as well.
 *
 * Leases go by the clocks of the processes, so the run's `leaseMs` must be well above the difference between any two of
 * them. Sequencers must be hexadecimal, as those of S3 are.
 *
 * Calls reject with `LEDGER_LEASE_LOST`, under `newest` also where another version of the object was granted since;
 * `DYNAMODB_SEQUENCER_INVALID`; `DYNAMODB_ENTRY_UNREADABLE`; and, once the client's own retries are over, as `dynamodbSink`
 * does: `DYNAMODB_TABLE_NOT_FOUND`, `DYNAMODB_ACCESS_DENIED`, `DYNAMODB_CREDENTIALS_INVALID`, `DYNAMODB_REQUEST_INVALID`,
 * `DYNAMODB_THROTTLED`, `DYNAMODB_UNAVAILABLE` or `DYNAMODB_REQUEST_FAILED`.
 *
 * @param now the clock, in milliseconds since the epoch; for tests
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
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
  const scopeOf = async (request: ClaimRequest): Promise<LedgerScope> => ({
    table,
    request,
    key: await ledgerKey(request.feed, request.object, request.origin.id),
    sequencer: request.sequencer === undefined ? undefined : comparableSequencer(request.sequencer),
    now,
    expiresAt,
  });
  /** Renews the lease: of the head, too, and of the head first. */
  const headRenewed = async (scope: LedgerScope, leaseUntil: number): Promise<boolean> =>
    scope.request.versions === 'all' || renewHead(scope, leaseUntil);

  return Object.freeze<Ledger>({
    name: 'dynamodb',
    claim: async (request) => claimItem(await scopeOf(request)),
    checkpoint: async (request, progress) => {
      const scope = await scopeOf(request);
      const leaseUntil = now() + request.leaseMs;
      const stored = (await headRenewed(scope, leaseUntil)) && (await checkpointVersion(scope, progress, leaseUntil));
      if (!stored) throw leaseLost(request);
    },
    finish: async (request, progress, report) => {
      const scope = await scopeOf(request);
      // Where another version was granted since, the records of both may be mixed: that is no outcome to be recorded.
      const stored =
        (await headRenewed(scope, now() + request.leaseMs)) && (await finishVersion(scope, progress, report));
      if (!stored) throw leaseLost(request);
      if (request.versions === 'newest') await releaseHead(scope);
    },
    entries: async (feed, object) => {
      const items = await table.versions(await ledgerPartition(feed, object));
      return items.map(ledgerEntry);
    },
  });
}

function leaseLost({ feed, object }: ClaimRequest): MillraceError {
  const advice =
    'Its lease ran out and another run was granted it, or another version; raise leaseMs if that is common.';
  return new MillraceError('LEDGER_LEASE_LOST', `The claim on ${object} of feed ${feed} is gone. ${advice}`);
}
