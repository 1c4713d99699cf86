import type { TargetColumn } from './target-table.ts';

/** A column that records are written to. */
export interface PlannedColumn extends TargetColumn {
  /** Its place in {@link WritePlan.columns} and in the texts of a row. */
  readonly index: number;
}
