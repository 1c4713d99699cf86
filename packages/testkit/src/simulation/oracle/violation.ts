/** What a history did that the product promises not to do. */
export interface Violation {
  /** Which promise: `table`, `quarantine`, `ledger`, `complete-too-early`, `unfinished`, `endless` or `uncaught`. */
  readonly rule: string;
  readonly text: string;
}
