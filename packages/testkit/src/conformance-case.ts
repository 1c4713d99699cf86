/** One thing that a plugin has to do, as data: any test runner can run it. */
export interface ConformanceCase {
  /** What is checked, and of which sample. */
  readonly name: string;
  /** Number of the clause of docs/contract.md that it checks. */
  readonly clause: string;
  /** Rejects with an `AssertionError` that shows the difference, where the plugin does not do it. */
  readonly run: () => Promise<void>;
}
