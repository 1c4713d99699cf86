import type { Feed, Ledger, Quarantine, RunOptions } from '@millrace/core';

/** What `millrace.config.ts` exports: the same values that the deployed handlers import. */
export interface MillraceConfig {
  /** The feeds that commands can name. Each name occurs once. */
  readonly feeds: readonly Feed<never>[];
  /** The ledger of the feeds' runs. Without one, each run processes all objects again. */
  readonly ledger?: Ledger;
  /** Where rejected records are kept. Without one, the first rejection fails its object. */
  readonly quarantine?: Quarantine;
  /**
   * Where the objects of a feed are, by the feed's name: what `list` of its source takes, such as `{ bucket: 'drop', prefix:
   * 'prices/' }` or `{ files: 'data/*.csv' }`.
   */
  readonly sources?: Readonly<Record<string, object>>;
  /** How the deployed handlers run the feeds; `run`, `backfill`, `replay` and `reconcile` then do the same. */
  readonly run?: ConfiguredRun;
}

/** Options of a run that decide what becomes of records, so they must be the same wherever a feed runs. */
export type ConfiguredRun = Pick<
  RunOptions,
  | 'versions'
  | 'maxRejections'
  | 'allRejected'
  | 'expect'
  | 'leaseMs'
  | 'clockSkewMs'
  | 'checkpointRecords'
  | 'graceMs'
  | 'concurrency'
>;

/**
 * Describes feeds to the `millrace` command. It returns its argument; what is wrong with it is reported when a command reads
 * the file.
 *
 * @example
 * // millrace.config.ts
 * export default defineConfig({
 *   feeds: [prices],
 *   ledger,
 *   quarantine,
 *   sources: { prices: { bucket: 'drop', prefix: 'prices/' } },
 * });
 */
export function defineConfig(config: MillraceConfig): MillraceConfig {
  return config;
}
