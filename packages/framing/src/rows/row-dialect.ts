/** How the text of rows is cut into fields. */
export interface RowDialect {
  /** The character between fields. */
  readonly delimiter: string;
  /** Empty if nothing is quoted. */
  readonly quote: string;
  /** The same as the quote if two quotes mean one. */
  readonly escape: string;
  /** Empty if there are no comments. */
  readonly comment: string;
  /** Whether white space around fields, and around their quotes, is left out. */
  readonly trim: boolean;
}
