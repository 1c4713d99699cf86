import { DatabaseSync } from 'node:sqlite';
import type { Sink } from '@millrace/core';
import { check, checkOptions, toMillraceError } from '@millrace/core/plugin';

export interface SqliteSinkOptions {
  /** The database's file. */
  readonly path: string;
}

const TABLE = `CREATE TABLE IF NOT EXISTS records
  (item TEXT, ordinal INTEGER, branch TEXT, record TEXT, PRIMARY KEY (item, ordinal, branch))`;

/** Writes records as JSON into a table of SQLite, each under its item, ordinal and branch: writing it again changes nothing. */
export function sqliteSink<T>(options: SqliteSinkOptions): Sink<T> {
  checkOptions('sqliteSink', options, { path: check.text });
  let opened: DatabaseSync | undefined;
  const open = (): DatabaseSync => {
    const database = new DatabaseSync(options.path);
    database.exec(`PRAGMA busy_timeout = 5000; ${TABLE}`);
    return database;
  };
  return Object.freeze<Sink<T>>({
    name: 'sqlite',
    limits: { count: 1000 },
    write: async (entries, { signal }) => {
      signal.throwIfAborted();
      try {
        const database = (opened ??= open());
        const insert = database.prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)');
        database.exec('BEGIN IMMEDIATE');
        for (const one of entries) insert.run(one.item.id, one.ordinal, one.branch, JSON.stringify(one.value));
        database.exec('COMMIT');
      } catch (cause) {
        if (opened?.isTransaction) opened.exec('ROLLBACK');
        throw toMillraceError(cause, 'SQLITE_WRITE_FAILED');
      }
    },
    close: () => opened?.close(),
  });
}
