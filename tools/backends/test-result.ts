/** What one test came to, or one file that failed outside its tests. */
export interface TestResult {
  /** From the repository's root, with slashes. */
  readonly file: string;
  /** With the names of the groups that it is in; `(the file)` for a failure outside tests, as of a hook. */
  readonly test: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** The first lines of the error. */
  readonly message?: string;
}
