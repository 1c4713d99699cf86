import type { RecordPlace, Rejected, RejectedRecord } from '@millrace/core/plugin';

/** What came out of a parser. */
export interface ParserRun<T> {
  /** Every output in order: records, with the markers of rejected ones among them. */
  readonly outputs: readonly (T | Rejected)[];
  /** The records that were not rejected. */
  readonly values: readonly T[];
  /** What the markers hold, with the ordinal that each took. */
  readonly rejections: readonly (RejectedRecord & { readonly ordinal: number })[];
  /** What the parser counted by `context.count`. */
  readonly counters: Readonly<Record<string, number>>;
  /** What the parser noted by `context.note`. */
  readonly notes: Readonly<Record<string, string>>;
  /** The columns that it reported by `context.reportColumns`. */
  readonly columns?: readonly string[];
  /** The place of a record as its block knows it, by ordinal. */
  readonly place: (ordinal: number) => RecordPlace | undefined;
}
