/** Tests that fail at a server because it does not do what AWS documents. */
export interface KnownFailure {
  /** Name of the backend. */
  readonly backend: string;
  /** From the repository's root. */
  readonly file: string;
  /** Full names as Vitest reports them, or patterns of them for a series in which some fail. */
  readonly tests: readonly (string | RegExp)[];
  /** The error of each test: another one is not explained. */
  readonly message: RegExp;
  /** What the server is sent. */
  readonly request: string;
  /** What it does. */
  readonly response: string;
  /** What AWS does. */
  readonly expected: string;
  /** The page of AWS that says so. */
  readonly source: string;
}
