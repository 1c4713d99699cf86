import type { Row } from './prepare.ts';
import type { PlannedColumn } from './planned-column.ts';
import type { WritePlan } from './write-plan.ts';

/** Characters of one statement's values; a single larger row goes alone. PostgreSQL takes a GB, and holds it in memory. */
const MAX_CHARS = 8_000_000;

/** Rows that one statement can hold, and the columns that it names. */
export interface RowsOfStatement {
  readonly columns: readonly PlannedColumn[];
  readonly rows: readonly Row[];
  /** Whether the rows bring the version of their object, so that a newer one in the table stays. */
  readonly versioned: boolean;
}

/**
 * Rows that say something of the same columns, up to a size. A column that has a default is named only if the record says
 * something of it: else the row has the default, or, if it is there already, stays as it is.
 */
export function statementsOf(rows: readonly Row[], { columns, key }: WritePlan): readonly RowsOfStatement[] {
  const statements: { readonly given: string; readonly versioned: boolean; readonly rows: Row[]; chars: number }[] = [];
  const open = [
    new Map<string, (typeof statements)[number]>(),
    new Map<string, (typeof statements)[number]>(),
  ] as const;
  for (const row of rows) {
    const ofVersion = open[row.versioned ? 1 : 0];
    let statement = ofVersion.get(row.given);
    if (statement === undefined || statement.chars + row.chars > MAX_CHARS) {
      statement = { given: row.given, versioned: row.versioned, rows: [], chars: 0 };
      statements.push(statement);
      ofVersion.set(row.given, statement);
    }
    statement.rows.push(row);
    statement.chars += row.chars;
  }
  return statements.map((statement) => {
    const given = new Set(statement.given.split(' '));
    const named = columns.filter((one) => !one.hasDefault || key.includes(one) || given.has(`${one.index}`));
    return { columns: named, rows: statement.rows, versioned: statement.versioned };
  });
}
