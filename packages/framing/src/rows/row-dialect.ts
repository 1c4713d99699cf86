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
  /**
   * Whether a quote has a meaning only where a field begins: within a field without quotes it is a character, and what follows a
   * closing quote belongs to the field. @default such a row breaks the rules
   */
  readonly lenientQuotes?: boolean;
}
