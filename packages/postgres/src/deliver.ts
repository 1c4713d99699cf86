import type { Context, MillraceError } from '@millrace/core';
import { ask, type Asking } from './ask.ts';
import type { Row } from './prepare.ts';
import type { StatementFault } from './statement-fault.ts';
import { type Target, upsert, upsertLast } from './upsert.ts';
import type { PlannedColumn } from './write-plan.ts';

/** What delivering needs, and whom it tells of what is refused. */
export interface Delivery {
  readonly asking: Asking;
  readonly target: Target;
  readonly context: Context;
  readonly refused: (row: Row, error: MillraceError) => void;
}

/**
 * Brings rows into the table, by one statement where PostgreSQL takes all of them. A statement is a transaction: it writes
 * all of its rows or none. When this resolves, each row was either written or refused.
 */
export async function deliver(
  rows: readonly Row[],
  columns: readonly PlannedColumn[],
  delivery: Delivery,
): Promise<void> {
  const { asking, context, target } = delivery;
  const answer = await ask(upsert(rows, columns, target), asking, context);
  if (!('fault' in answer)) return;
  if (answer.fault.kind === 'twice') return deliverLast(rows, columns, delivery);
  await isolate(rows, columns, answer.fault, delivery);
}

/** The table holds keys equal that are spelled differently: the last of them, in the order of delivery, is written. */
async function deliverLast(rows: readonly Row[], columns: readonly PlannedColumn[], delivery: Delivery): Promise<void> {
  const { asking, context, target } = delivery;
  const ordered = rows.toSorted((a, b) => a.positions.at(-1)! - b.positions.at(-1)!);
  const answer = await ask(upsertLast(ordered, columns, target), asking, context);
  if ('fault' in answer) return isolate(ordered, columns, answer.fault, delivery);
  const { written } = answer.rows[0] as { readonly written: string };
  context.count('duplicates', rows.length - Number(written));
}

/** One row that PostgreSQL refuses costs its whole statement. Halves find it, in 2 n - 1 statements at most for n rows. */
async function isolate(
  rows: readonly Row[],
  columns: readonly PlannedColumn[],
  fault: StatementFault,
  delivery: Delivery,
): Promise<void> {
  if (rows.length === 1) return delivery.refused(rows[0]!, fault.error);
  const middle = rows.length >> 1;
  await deliver(rows.slice(0, middle), columns, delivery);
  await deliver(rows.slice(middle), columns, delivery);
}
