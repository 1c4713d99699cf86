/** A mutant that no test can notice, because it does what the original does. */
export interface Equivalent {
  readonly file: string;
  /** The function that the change is in. */
  readonly within: string;
  /** The changed line as it is, and with the change. */
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}
