import type { ColumnFinding, ColumnKind } from '../finding.ts';
import { columnType } from './column-type.ts';

export interface Columns {
  readonly columns: readonly ColumnFinding[];
  /** Values that are not what nearly all others of their column are. */
  readonly strangers: readonly {
    readonly name: string;
    readonly kind: ColumnKind;
    readonly lines: readonly number[];
  }[];
}

/** A row of texts with the line on which it begins. */
export interface TextRow {
  readonly fields: readonly string[];
  readonly line: number;
}

/**
 * Finds the types of columns by their rows.
 *
 * @param elsewhere rows from other places of the file, which can only show that a type is wrong
 */
export function columnsOf(
  names: readonly string[],
  rows: readonly TextRow[],
  elsewhere: readonly TextRow[],
  complete: boolean,
): Columns {
  const strangers: { name: string; kind: ColumnKind; lines: number[] }[] = [];
  const columns = names.map((name, index) => {
    const values = [...rows, ...elsewhere].map(({ fields }) => fields[index] ?? '');
    const { finding, strangers: at, almost } = columnType(values, complete);
    if (almost !== undefined) {
      const lines = at.map((row) => rows[row]?.line).filter((line) => line !== undefined);
      strangers.push({ name, kind: almost, lines });
    }
    return { name, ...finding };
  });
  return { columns, strangers };
}
