import { MillraceError } from '@millrace/core';
import { ask } from './ask.ts';
import type { Delivery } from './delivery.ts';
import type { Row } from './prepare.ts';
import { countsOf, indexesOf } from './response.ts';
import type { RowsOfStatement } from './statements-of.ts';
import { findAbsent, findSuperseded, insertOnly, keepsRows, upsertFindingMissing } from './upsert.ts';

type Deliver = (batch: RowsOfStatement, delivery: Delivery) => Promise<void>;

/** Accounts for rows that a statement without a fault did not write: a newer version stays, a row is kept, or a trigger dropped it. */
export async function settleCount(batch: RowsOfStatement, delivery: Delivery, deliver: Deliver): Promise<void> {
  if (keepsRows(batch, delivery.target)) return settleKept(batch, delivery);
  const rest = await withoutSuperseded(batch, delivery);
  if (rest.rows.length === batch.rows.length) return settleDropped(batch, delivery, deliver);
  // Their own count shows whether anything else is missing.
  if (rest.rows.length > 0) await deliver(rest, delivery);
}

/** Leaves out rows whose place a newer version of their object has. They count as accepted, and as `superseded`. */
async function withoutSuperseded(batch: RowsOfStatement, delivery: Delivery): Promise<RowsOfStatement> {
  const { asking, context, target } = delivery;
  if (!batch.versioned || target.guard === undefined) return batch;
  const answer = await ask(findSuperseded(batch, target, target.guard), asking, context);
  if ('fault' in answer) throw answer.fault.error;
  const superseded = new Set(indexesOf(answer, 'superseded', batch.rows.length));
  if (superseded.size === 0) return batch;
  context.count('superseded', superseded.size);
  return { ...batch, rows: batch.rows.filter((_, index) => !superseded.has(index)) };
}

/** Finds the rows that a trigger dropped by the keys that come back, or by halves if a trigger changes keys. */
async function settleDropped(batch: RowsOfStatement, delivery: Delivery, deliver: Deliver): Promise<void> {
  const { asking, context, target } = delivery;
  const { rows } = batch;
  if (rows.length === 1) return refuse(rows, delivery);
  const answer = await ask(upsertFindingMissing(batch, target), asking, context);
  if (!('fault' in answer)) {
    const { written } = countsOf(answer, ['written'], rows.length);
    const missing = indexesOf(answer, 'missing', rows.length).map((index) => rows[index]!);
    if (written > 0) delivery.proof.written = true;
    if (written + missing.length === rows.length) {
      const rest = missing.length === 0 ? [] : (await withoutSuperseded({ ...batch, rows: missing }, delivery)).rows;
      return refuse(rest, delivery);
    }
  }
  const middle = rows.length >> 1;
  await deliver({ ...batch, rows: rows.slice(0, middle) }, delivery);
  await deliver({ ...batch, rows: rows.slice(middle) }, delivery);
}

/** Rows that are there count as written. A row that is not there can be there under a key that a trigger gave it. */
async function settleKept(batch: RowsOfStatement, delivery: Delivery): Promise<void> {
  const { asking, context, target } = delivery;
  const found = await ask(findAbsent(batch, target), asking, context);
  if ('fault' in found) throw found.fault.error;
  const rows = indexesOf(found, 'absent', batch.rows.length).map((index) => batch.rows[index]!);
  if (rows.length === 0) return;
  const absent = { ...batch, rows };
  const answer = await ask(insertOnly(absent, target), asking, context);
  const single = rows.length === 1;
  if ('fault' in answer) {
    // It is there after all, under another key.
    if (answer.fault.sqlState === '23505' && single) return;
    if (single) return delivery.refused(rows[0]!, answer.fault.refusal);
  } else {
    const { written } = countsOf(answer, ['written'], rows.length);
    if (written === rows.length) return;
    if (written === 0) return refuse(rows, delivery);
  }
  const middle = rows.length >> 1;
  await settleKept({ ...batch, rows: rows.slice(0, middle) }, delivery);
  await settleKept({ ...batch, rows: rows.slice(middle) }, delivery);
}

function refuse(rows: readonly Row[], { asking, refused }: Delivery): void {
  for (const row of rows) {
    const text = `PostgreSQL reported success and did not store the row in table ${asking.table}. A trigger that returns NULL drops rows: let it raise an error that says why, or filter these records before the sink.`;
    refused(row, new MillraceError('POSTGRES_ROW_NOT_STORED', text, { details: { table: asking.table } }));
  }
}
