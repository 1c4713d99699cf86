import { PGlite } from '@electric-sql/pglite';
import type { RecordContext } from '@millrace/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeCsv } from '../src/index.ts';

// A reader that nobody here wrote, and one that tells an empty text from nothing: PostgreSQL's COPY.

interface Row {
  readonly id: number;
  readonly a: string | null;
  readonly b: string | null;
}

let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
  await database.exec('CREATE TABLE records (id integer, a text, b text)');
});
afterAll(() => database.close());

it.each([
  [{}, 'FORMAT csv, HEADER true'],
  [{ delimiter: ';', lineEnd: '\r\n', escape: '\\' } as const, "FORMAT csv, HEADER true, DELIMITER ';', ESCAPE '\\'"],
])('PostgreSQL reads what was written: %o', async (dialect, options) => {
  const encoder = encodeCsv<Row>({ columns: ['id', 'a', 'b'], ...dialect });
  // PostgreSQL stores no NUL, and PGlite strips a byte order mark from the start of a text that it returns.
  const unit = fc.oneof(
    fc.constantFrom('"', ',', ';', ' ', '\n', '\r', '\\', '.'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  const text = fc.option(fc.string({ unit: unit.filter((one) => one !== '\u0000' && one !== '\uFEFF') }));
  const rows = fc.array(fc.record({ a: text, b: text }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(rows, async (made) => {
      const records = made.map((row, id): Row => ({ id, ...row }));
      const file = encoder.header + records.map((row) => encoder.encode(row, {} as RecordContext)).join('');
      await database.exec('TRUNCATE records');
      await database.query(`COPY records FROM '/dev/blob' WITH (${options})`, [], { blob: new Blob([file]) });
      expect((await database.query('SELECT * FROM records ORDER BY id')).rows).toEqual(records);
    }),
    { numRuns: 50 },
  );
});
