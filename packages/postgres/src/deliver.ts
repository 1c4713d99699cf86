import type { MillraceError } from '@millrace/core';
import { ask } from './ask.ts';
import type { Delivery } from './delivery.ts';
import { settleCount } from './missing-rows.ts';
import type { Row } from './prepare.ts';
import { countsOf, insertedRows } from './response.ts';
import type { StatementFault } from './statement-fault.ts';
import type { RowsOfStatement } from './statements-of.ts';
import { countedUpsert, upsert, upsertLast } from './upsert.ts';

/**
 * Brings rows into the table, by one statement if PostgreSQL takes all of them. A statement is a transaction: it writes
 * all of its rows or none. When this resolves, each row was either written or refused, or a newer one is in its place.
 */
export async function deliver(batch: RowsOfStatement, delivery: Delivery): Promise<void> {
  const { asking, context, proof, tagged, target } = delivery;
  const question = tagged ? upsert(batch, target) : countedUpsert(batch, target);
  const answer = await ask(question, asking, context);
  if ('fault' in answer) return locate(batch, answer.fault, delivery);
  const sent = batch.rows.length;
  const written = tagged ? insertedRows(answer, sent) : countsOf(answer, ['written'], sent).written;
  if (written > 0) proof.written = true;
  if (written < sent) await settleCount(batch, delivery, deliver);
}

/** Finds what a fault is due to. */
async function locate(batch: RowsOfStatement, fault: StatementFault, delivery: Delivery): Promise<void> {
  const single = batch.rows.length === 1;
  if (fault.kind === 'twice' && !single) return deliverLast(batch, delivery);
  if (fault.kind === 'slow') return inHalves(batch, delivery);
  if (fault.kind !== 'row' && !delivery.isolating) return locateUnknown(batch, fault, delivery);
  return single ? delivery.refused(batch.rows[0]!, fault.refusal) : inHalves(batch, delivery);
}

/**
 * A code that does not say whether a row or the statement is at fault, such as one that a trigger made up, or that of a missing
 * right. The same statement without rows shows whether it can work at all. If it can and each row fails by itself, the rows are
 * refused; but not if the table has taken no row yet, and several fail one like another.
 */
async function locateUnknown(batch: RowsOfStatement, fault: StatementFault, delivery: Delivery): Promise<void> {
  const { asking, context, proof, refused, target } = delivery;
  const empty = await ask(upsert({ ...batch, rows: [] }, target), asking, context);
  if ('fault' in empty) throw empty.fault.error;
  const [first] = batch.rows;
  if (batch.rows.length === 1) return refused(first!, fault.refusal);
  const found: { readonly row: Row; readonly error: MillraceError }[] = [];
  await inHalves(batch, { ...delivery, isolating: true, refused: (row, error) => found.push({ row, error }) });
  if (found.length === batch.rows.length && !proof.written) throw fault.error;
  for (const { row, error } of found) refused(row, error);
}

/** The table holds keys equal that are spelled differently: the last of them, in the order of delivery, is written. */
async function deliverLast(batch: RowsOfStatement, delivery: Delivery): Promise<void> {
  const { asking, context, proof, target } = delivery;
  const ordered = { ...batch, rows: batch.rows.toSorted(byPosition) };
  const answer = await ask(upsertLast(ordered, target), asking, context);
  if ('fault' in answer) {
    const { fault } = answer;
    return locate(batch, fault.kind === 'twice' ? { ...fault, kind: 'unknown' } : fault, delivery);
  }
  const { keys, written } = countsOf(answer, ['keys', 'written'], batch.rows.length);
  if (written > 0) proof.written = true;
  if (written < keys) return inHalves(batch, delivery);
  context.count('duplicates', batch.rows.length - keys);
}

/**
 * One row that PostgreSQL refuses costs its whole statement. Halves find it, in 2 n - 1 statements at most for n rows. They are
 * sent in the order of delivery, since the table may hold two of their keys equal; each is sorted by key, as any statement.
 */
async function inHalves(batch: RowsOfStatement, delivery: Delivery): Promise<void> {
  const rows = batch.rows.toSorted(byPosition);
  const middle = rows.length >> 1;
  for (const half of [rows.slice(0, middle), rows.slice(middle)]) {
    await deliver({ ...batch, rows: half.toSorted(byKey) }, delivery);
  }
}

const byPosition = (a: Row, b: Row): number => a.positions.at(-1)! - b.positions.at(-1)!;
const byKey = (a: Row, b: Row): number => (a.key < b.key ? -1 : 1);
