import { isMillraceError, MillraceError } from '@millrace/core';
import {
  type Context,
  type HeadRecord,
  type LedgerStore,
  listedAt,
  listedEntry,
  type VersionRecord,
} from '@millrace/core/plugin';
import { ask, type Asking, type Question } from './ask.ts';
import { recordOf, recordText, restored } from './ledger-record.ts';
import {
  compareAndSet,
  HEAD,
  type LedgerWrite,
  type ListedAfter,
  objectKey,
  readBoth,
  readListed,
  readVersions,
  versionKey,
} from './ledger-statements.ts';
import { countsOf, invalidResponse, jsonIn, type Response, singleRow, textOf } from './response.ts';
import type { StatementFault } from './statement-fault.ts';

/** A ledger's records in a PostgreSQL table: the head and the versions of an object are rows of one `object_key`. */
export function postgresLedgerStore(asking: Asking): LedgerStore {
  const { table } = asking;
  /** For reading after a budget is used up: a second attempt, since a pool may offer a dead connection first. */
  const onceMore = { ...asking, budget: { ...asking.budget, attempts: 2 } };
  const send = async (question: Question, within: Asking): Promise<Response> => {
    const answer = await ask(question, within, newContext());
    if ('fault' in answer) throw ledgerFault(answer.fault, table);
    return answer;
  };
  const read = async (question: Question, within = asking): Promise<Readonly<Record<string, unknown>>> => {
    const row = singleRow(await send(question, within));
    if (textOf(row, 'standby') !== 'false') throw onStandby(table);
    return row;
  };
  const both = async (object: string, version: string, within = asking) => {
    const row = await read(readBoth(table, object, version), within);
    const [head, own] = [recordsIn(row, 'head'), recordsIn(row, 'version')];
    return {
      ...(head !== undefined && { head: recordOf<HeadRecord>(head) }),
      ...(own !== undefined && { version: recordOf<VersionRecord>(own) }),
    };
  };
  /** Inside the retry budget the statement finds its own record. After it, what is in place decides. */
  const write = async (change: LedgerWrite): Promise<boolean> => {
    try {
      return countsOf(await send(compareAndSet(table, change), asking), ['written'], 1).written === 1;
    } catch (failure) {
      const found = await both(change.object, change.version, onceMore).catch(() => undefined);
      if (found?.version?.stamp === change.stamp) return true;
      throw failure;
    }
  };
  const change = (record: HeadRecord | VersionRecord, seen: string | undefined) => {
    return { stamp: record.stamp, record: recordText(record), seen };
  };
  return {
    name: 'postgres',
    read: async (at) => both(await objectKey(at), await versionKey(at)),
    writeHead: async (at, head, seen) => write({ object: await objectKey(at), version: HEAD, ...change(head, seen) }),
    writeVersion: async (at, version, seen) =>
      write({ object: await objectKey(at), version: await versionKey(at), ...change(version, seen) }),
    versions: async (feed, object) => {
      const list = recordsIn(await read(readVersions(table, await objectKey({ feed, object }))), 'versions') ?? [];
      if (!Array.isArray(list)) throw invalidResponse('Its versions are not a list.');
      return list.map((one) => recordOf<VersionRecord>(one));
    },
    list: async function* ({ signal, ...period }) {
      let after: ListedAfter | undefined;
      for (;;) {
        signal?.throwIfAborted();
        const row = await read(readListed(table, period, after, PAGE)).catch((error: unknown) => {
          throw listingFault(error, table);
        });
        const page = recordsIn(row, 'versions') ?? [];
        if (!Array.isArray(page)) throw invalidResponse('Its versions are not a list.');
        const records = page.map((one) => recordOf<VersionRecord>(one));
        yield* records.map((record) => listedEntry(record));
        const last = records.at(-1);
        if (last === undefined || records.length < PAGE) return;
        const [object, version] = [await objectKey(last), await versionKey({ ...last, version: last.origin.id })];
        after = { listedAt: listedAt(last), object, version };
      }
    },
  };
}

/** Versions in a page of a listing; with their reports they have about a megabyte. */
const PAGE = 300;

/** SQLSTATE of a column that a table does not have. */
const UNDEFINED_COLUMN = '42703';

function listingFault(error: unknown, table: string): unknown {
  if (!isMillraceError(error) || error.details?.['sqlState'] !== UNDEFINED_COLUMN) return error;
  const text =
    `Table ${table} cannot be listed: it lacks the columns feed and listed_at, which earlier releases did not make. Add them with ` +
    'ensureLedgerTable().';
  return new MillraceError('POSTGRES_LISTING_MISSING', text, { cause: error.cause, details: { table } });
}

function recordsIn(row: Readonly<Record<string, unknown>>, name: string): unknown {
  const json = row[name];
  return jsonIn({ [name]: typeof json === 'string' ? restored(json) : json }, name);
}

/** The runner bounds a ledger's calls itself, so no signal stops them here. */
function newContext(): Context {
  return { feed: '', run: '', stage: 'postgres', signal: new AbortController().signal, count: () => {} };
}

/** No record of a feed is involved: a row that is refused shows that the table is not a ledger's. */
function ledgerFault({ error, kind, sqlState }: StatementFault, table: string): MillraceError {
  if (kind !== 'row' && error.code !== 'POSTGRES_REQUEST_FAILED') return error;
  const text = `Table ${table} refuses the ledger's statement; it must be a table as createLedgerTable() makes it. (${error.message})`;
  return new MillraceError('POSTGRES_REQUEST_FAILED', text, { cause: error.cause, details: { table, sqlState } });
}

/** A standby lags: what it shows can be older than what a claim was refused or granted by. */
function onStandby(table: string): MillraceError {
  const text = `The connection for ledger ${table} leads to a standby, which may show an older state. Connect to the primary.`;
  return new MillraceError('POSTGRES_UNAVAILABLE', text, { details: { table }, retryable: true });
}
