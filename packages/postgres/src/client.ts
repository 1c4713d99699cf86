import { MillraceError } from '@millrace/core';

/** What a client resolves with. */
export interface PostgresResult {
  readonly rows: readonly unknown[];
  /** The command tag's word, such as `INSERT`. @default not checked */
  readonly command?: string | undefined;
  /** The number of rows in the command tag. @default counted by a statement that costs the server a little more */
  readonly rowCount?: number | null | undefined;
  /** The same by another name, as older versions of PGlite have it. */
  readonly affectedRows?: number | undefined;
}

/**
 * What this package needs of a client: a `Pool` or a `Client` of `pg`, a `PGlite`, or anything else that sends a text with
 * `$1`, `$2` … and resolves with its rows. Every parameter is text or null. What it rejects with should have PostgreSQL's
 * SQLSTATE as `code`, and `severity` and `routine` beside it, as those of `pg` and PGlite do; a wrapper may keep that error
 * as its `cause`.
 */
export interface PostgresClient {
  readonly query: (text: string, values?: unknown[]) => Promise<PostgresResult>;
}

/** Where a client comes from. */
export interface PostgresConnection {
  /** The client to send with. It is neither changed nor closed. @default a pool of `pg`, made at the first use */
  readonly client?: PostgresClient;
  /** URL `postgresql://…` for the pool if there is no `client`. @default the variables `PGHOST`, `PGUSER` … that `pg` reads */
  readonly connection?: string;
}

/** A client, and how to give up what was opened for it. */
export interface OpenClient {
  readonly get: () => Promise<PostgresClient>;
  readonly close: () => Promise<void>;
}

/** What a pool is made with. */
export interface PoolSettings {
  readonly connections: number;
  readonly timeoutMs: number;
  /** Whether the process may end while connections are idle, for what nobody closes. @default false */
  readonly allowExit?: boolean;
}

/** The client that was given, or a pool that is opened at the first use. */
export function openClient({ client, connection }: PostgresConnection, settings: PoolSettings): OpenClient {
  if (client !== undefined) return { get: async () => client, close: async () => {} };
  let opened: ReturnType<typeof openPool> | undefined;
  return {
    get: () => (opened ??= openPool(connection, settings)),
    close: async () => {
      const pool = opened;
      opened = undefined;
      await (await pool?.catch(() => undefined))?.end();
    },
  };
}

async function openPool(connection: string | undefined, { allowExit = false, connections, timeoutMs }: PoolSettings) {
  const { Pool } = await import('pg').catch((cause: unknown) => {
    throw new MillraceError('POSTGRES_DRIVER_MISSING', 'Install pg, or pass a client of your own.', { cause });
  });
  const pool = new Pool({
    ...(connection !== undefined && { connectionString: connection }),
    application_name: 'millrace',
    max: connections,
    allowExitOnIdle: allowExit,
    keepAlive: true,
    connectionTimeoutMillis: Math.min(timeoutMs, 10_000),
    // The pool closes a connection whose query came to nothing; without it a dead one would be kept for ever.
    query_timeout: timeoutMs,
  });
  // A connection that breaks while nobody uses it is replaced; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}
