import type { Decimal, MillraceError, Sink } from '@millrace/core';
import { check, checkOptions, type Context, type Refusal, refusalOf } from '@millrace/core/plugin';
import type { Asking } from './ask.ts';
import { openClient, type PostgresConnection } from './client.ts';
import { deliver } from './deliver.ts';
import type { Delivery } from './delivery.ts';
import { identifier, identifiers, qualified } from './identifier.ts';
import { keyText } from './key-text.ts';
import { prepare } from './prepare.ts';
import { MAX_TIMER_MS, type PostgresRetryOptions, readRetryOptions } from './retry-options.ts';
import { retireRows } from './retire.ts';
import { statementsOf } from './statements-of.ts';
import { readTable, tableNotFound } from './target-table.ts';
import type { WriteMode } from './write-mode.ts';
import { readVersionColumns, type VersionColumns, versionColumns, type VersionGuard } from './version-guard.ts';
import { type WritePlan, writePlan } from './write-plan.ts';

/** What a key column may hold. */
export type PostgresKeyValue = string | number | bigint | Decimal | boolean | Date | Uint8Array;

/** A record with the key of its table. Other properties may hold whatever their columns take. */
export type PostgresRecord<K extends string> = { readonly [C in NoInfer<K>]: PostgresKeyValue };

export interface PostgresSinkOptions<K extends string = 'uuid'> extends PostgresConnection {
  /** Name of the table, used literally: it is case-sensitive, and a dot is part of the name. It must exist; see `ensureTable`. */
  readonly table: string;
  /** Schema of the table. @default the first of the connection's `search_path` that has the table */
  readonly schema?: string;
  /** Column, or columns, of a primary key or unique index: what a second delivery finds a row by. @default 'uuid' */
  readonly key?: K | readonly K[];
  /**
   * Properties that are written; others are left out. @default all, and a record with a property that has no column is refused
   */
  readonly columns?: readonly string[];
  /** `upsert`: a row that is there is overwritten. `keep`: it stays, and the record counts as written. @default 'upsert' */
  readonly mode?: WriteMode;
  /**
   * Whether an upsert compares versions: a row that a newer version of the same object wrote stays, the record counts as
   * written, and the counter `superseded` counts it. It needs a column for the object's location and one, of type bigint, for
   * its generation, as `landingRow` fills them with a natural key and a ledger; give their names if landing has other names.
   * Rows without a generation are written in any case. @default on if the table has the columns `source` and `generation`
   */
  readonly compareVersions?: boolean | VersionColumns;
  /** Statements in flight, across all items of a run; each is a connection of the pool. @default 4 */
  readonly concurrency?: number;
  /** Maximum number of records per statement. Memory holds `concurrency` + 1 times as many. @default 1000 */
  readonly maxRows?: number;
  /** Milliseconds that a statement may take; 2^31 - 1 at most. @default 60000 */
  readonly timeoutMs?: number;
  /**
   * What to do with a JavaScript number that is whole and beyond 2^53 - 1, but for columns of floating point. Its parser may
   * have lost digits already, so it is refused by default. bigint and `Decimal` are exact and always written. @default 'refuse'
   */
  readonly inexactNumbers?: 'refuse' | 'write';
  /** How long to go on where PostgreSQL is away or rolls back. */
  readonly retry?: PostgresRetryOptions;
}

/**
 * Makes a sink that writes records to a PostgreSQL table, each property to the column of its name. It writes a batch with one
 * `INSERT … SELECT … FROM unnest(…) ON CONFLICT (key) DO UPDATE`, so that a second delivery overwrites each row with itself.
 *
 * A record that does not fit its columns is refused before anything is sent. Rows that PostgreSQL refuses or a trigger drops
 * are found by bisecting the batch or by the returned keys, so one bad record never fails its batch. If records in a batch
 * have the same key, the last is written and the counter `duplicates` counts the others. Other counters: `retries`,
 * `superseded`.
 *
 * The table's columns are read from the catalog at the first write. A write rejects, which fails its object, with
 * `POSTGRES_TABLE_NOT_FOUND`, `POSTGRES_COLUMN_MISSING`, `POSTGRES_KEY_NOT_UNIQUE`, `POSTGRES_ACCESS_DENIED`,
 * `POSTGRES_UNAVAILABLE` (retryable), `POSTGRES_REQUEST_FAILED`, `POSTGRES_RESPONSE_INVALID`, `POSTGRES_DRIVER_MISSING` or
 * `POSTGRES_ABORTED` (retryable). The codes of refused records are in the README.
 *
 * @throws MillraceError `OPTION_UNKNOWN` or `OPTION_INVALID`
 * @example
 * const sink = postgresSink({ connection: 'postgresql://loader@db.example.com/warehouse', table: 'landing' });
 */
export function postgresSink<const K extends string = 'uuid'>(
  options: PostgresSinkOptions<K>,
): Sink<PostgresRecord<K>> {
  checkSinkOptions(options);
  const {
    columns: chosen,
    concurrency = 4,
    maxRows = 1000,
    mode = 'upsert',
    schema,
    table,
    timeoutMs = 60_000,
  } = options;
  const name = { schema, table };
  const key: readonly string[] = [options.key ?? 'uuid'].flat();
  const client = openClient(options, { connections: concurrency, timeoutMs });
  const budget = readRetryOptions('postgresSink', options.retry);
  const asking: Asking = { client: client.get, table: qualified(name), budget, timeoutMs };
  const versions = readVersionColumns('postgresSink', options.compareVersions);
  const proof = { written: false };
  const reading = { mode, allowInexact: options.inexactNumbers === 'write' };

  let known: Promise<WritePlan> | undefined;
  const planned = (context: Context): Promise<WritePlan> => {
    known ??= read(context).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  const read = async (context: Context): Promise<WritePlan> => {
    const found = await readTable(name, asking, context);
    if (found === undefined) throw tableNotFound(name);
    return writePlan(found, { name, key, chosen, versions });
  };

  const writing = (guardOf: (plan: WritePlan) => VersionGuard | undefined): Sink<PostgresRecord<K>>['write'] => {
    return async (entries, context) => {
      const refusals: Refusal[] = [];
      const refuse = (position: number, error: MillraceError): void => {
        refusals.push(refusalOf(position, error));
      };
      const plan = await planned(context);
      const { rows, duplicates, superseded } = prepare(entries, plan, reading, refuse);
      if (duplicates > 0) context.count('duplicates', duplicates);
      if (superseded > 0) context.count('superseded', superseded);
      const delivery: Delivery = {
        asking,
        target: { name, key, mode, guard: guardOf(plan) },
        context,
        tagged: plan.tagged,
        proof,
        isolating: false,
        refused: ({ positions }, error) => {
          for (const position of positions) refuse(position, error);
        },
      };
      try {
        for (const statement of statementsOf(rows, plan)) await deliver(statement, delivery);
      } catch (error) {
        // The table may have been changed since it was looked at; the next write looks again.
        known = undefined;
        proof.written = false;
        throw error;
      }
      return refusals.toSorted((a, b) => a.position - b.position);
    };
  };

  return Object.freeze<Sink<PostgresRecord<K>>>({
    name: 'postgres',
    limits: { count: maxRows },
    concurrency,
    mixesItems: true,
    keyOf: (value) => keyText(value, key),
    write: writing(({ guard }) => guard && { source: guard.source, generation: guard.generation }),
    writeSingly: writing(({ guard }) => guard),
    retire: async (rows, context) => retireRows(rows, await planned(context), name, asking, context),
    retireObstacle: ({ by }) =>
      by === 'content' && mode === 'keep'
        ? "with mode 'keep', a row that a newer version met again still bears its older version. Use mode 'upsert'."
        : undefined,
    close: client.close,
  });
}

function checkSinkOptions<K extends string>(options: PostgresSinkOptions<K>): void {
  checkOptions('postgresSink', options, {
    client: check.optional(check.object),
    connection: check.optional(check.text),
    table: identifier,
    schema: check.optional(identifier),
    key: check.optional(identifiers),
    columns: check.optional(identifiers),
    mode: check.optional(check.oneOf('upsert', 'keep')),
    compareVersions: check.optional(versionColumns),
    concurrency: check.optional(check.integer(1, 1000)),
    maxRows: check.optional(check.integer(1, 100_000)),
    timeoutMs: check.optional(check.integer(1, MAX_TIMER_MS)),
    inexactNumbers: check.optional(check.oneOf('refuse', 'write')),
    retry: check.optional(check.object),
  });
}
