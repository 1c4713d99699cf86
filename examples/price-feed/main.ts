/*
 * Two suppliers' price files are loaded into PostgreSQL, and then delivered a second time. PostgreSQL is PGlite, in this
 * process; with DATABASE_URL it is the server that this names. Every record is accounted for, or the program fails.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { fileQuarantine } from '@millrace/file';
import { ensureTable, type PostgresClient } from '@millrace/postgres';
import { Pool } from 'pg';
import { columns, priceFeeds } from './feeds.ts';

const TABLE = 'price_landing';

const url = process.env['DATABASE_URL'];
const [client, close] = await open();
const directory = await mkdtemp(join(tmpdir(), 'price-feed-'));
const quarantine = fileQuarantine({ directory });
const feeds = priceFeeds(client, TABLE);

async function open(): Promise<readonly [PostgresClient, () => Promise<void>]> {
  if (url === undefined) {
    const database = await PGlite.create();
    return [database, () => database.close()];
  }
  const pool = new Pool({ connectionString: url });
  return [pool, () => pool.end()];
}

/** Carries all files of all suppliers. Without a ledger each delivery is carried again. */
async function deliver(): Promise<{ readonly read: number; readonly written: number; readonly rejected: number }> {
  const sum = { read: 0, written: 0, rejected: 0 };
  for (const { feed, source, files } of feeds) {
    const report = await feed.run(source.list({ files, cwd: import.meta.dirname }), { quarantine });
    for (const { ref, read, written, rejected } of report.reports) {
      console.log(
        `  ${ref.slice(ref.lastIndexOf('/') + 1).padEnd(26)} ${read} read = ${written} written + ${rejected} rejected`,
      );
    }
    for (const counter of ['read', 'written', 'rejected'] as const) sum[counter] += report.totals[counter];
  }
  return sum;
}

interface TableState {
  readonly rows: number;
  readonly digest: string;
}

/** How many rows there are, and a digest of all that they hold. */
async function stateOfTable(): Promise<TableState> {
  const { rows } = await client.query(
    `SELECT count(*)::integer AS rows, md5(string_agg(p::text, E'\\n' ORDER BY p.uuid)) AS digest FROM ${TABLE} AS p`,
  );
  return rows[0] as TableState;
}

function check(what: string, holds: boolean): void {
  console.log(`  ${holds ? '✓' : '✗'} ${what}`);
  if (!holds) process.exitCode = 1;
}

const { created } = await ensureTable({ client, table: TABLE, columns });
console.log(
  `\n${url === undefined ? 'PGlite, in this process' : 'The server of DATABASE_URL'}: table ${TABLE} ${created ? 'was made' : 'was there'}\n`,
);

console.log('First delivery');
const first = await deliver();
const before = await stateOfTable();
console.log('\nSecond delivery, of the same files');
const second = await deliver();
const after = await stateOfTable();

console.log('\nRejected, and kept with their raw text');
for (const { feed } of feeds) {
  for await (const { code, item, ordinal } of quarantine.rejections({ feed: feed.name })) {
    console.log(`  ${item.uri.slice(item.uri.lastIndexOf('/') + 1)}, record ${ordinal}: ${code}`);
  }
}

console.log('\nIn the table');
const { rows: suppliers } = await client.query(
  `SELECT feed, currency, count(*)::integer AS prices, min(amount)::text AS lowest, max(amount)::text AS highest
   FROM ${TABLE} GROUP BY feed, currency ORDER BY feed, currency`,
);
console.table(suppliers);

check(
  `every record is accounted for: ${first.read} read = ${first.written} written + ${first.rejected} rejected`,
  first.read === first.written + first.rejected,
);
check(`what was written is in the table: ${before.rows} rows`, before.rows === first.written);
check('the second delivery wrote as much', second.written === first.written && second.rejected === first.rejected);
check(
  `and left the table as it was: ${after.rows} rows, digest ${after.digest}`,
  after.rows === before.rows && after.digest === before.digest,
);

await close();
await rm(directory, { recursive: true });
