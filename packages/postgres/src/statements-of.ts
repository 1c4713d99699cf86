import type { Row } from './prepare.ts';
import type { PlannedColumn, WritePlan } from './write-plan.ts';

/** Characters of one statement's values; a single larger row goes alone. PostgreSQL takes a GB, and holds it in memory. */
const MAX_CHARS = 8_000_000;

/** Rows that one statement can hold, and the columns that it names. */
export interface RowsOfStatement {
  readonly columns: readonly PlannedColumn[];
  readonly rows: readonly Row[];
}

/**
 * Rows that say something of the same columns, up to a size. A column that has a default is named only where the record says
 * something of it: else the row has the default, or, where it is there already, stays as it is.
 */
export function statementsOf(rows: readonly Row[], { columns, key }: WritePlan): readonly RowsOfStatement[] {
  const statements: { readonly given: string; readonly rows: Row[]; chars: number }[] = [];
  const open = new Map<string, (typeof statements)[number]>();
  for (const row of rows) {
    let statement = open.get(row.given);
    if (statement === undefined || statement.chars + row.chars > MAX_CHARS) {
      statement = { given: row.given, rows: [], chars: 0 };
      statements.push(statement);
      open.set(row.given, statement);
    }
    statement.rows.push(row);
    statement.chars += row.chars;
  }
  return statements.map((statement) => {
    const given = new Set(statement.given.split(' '));
    const named = columns.filter((one) => !one.hasDefault || key.includes(one) || given.has(`${one.index}`));
    return { columns: named, rows: statement.rows };
  });
}
