import { type Ledger, MillraceError } from '@millrace/core';
import type { LoadedConfig } from '../config/load-config.ts';
import { parseMoment } from '../objects/moment.ts';

/** Options that choose a period. */
export interface PeriodOptions {
  readonly since?: string;
  readonly until?: string;
}

/** A period, and how a person calls it. */
export interface Period {
  readonly from: Date;
  readonly until?: Date;
  /** Such as `since yesterday`. */
  readonly said: string;
}

/**
 * Reads `--since` and `--until`.
 *
 * @throws MillraceError `CLI_ARGUMENT_INVALID`
 */
export function periodOf(options: PeriodOptions, initial: string, now: Date = new Date()): Period {
  const since = options.since ?? initial;
  const from = parseMoment('--since', since, now);
  const start = /^\d+(\.\d+)? ?\w+$/.test(since) ? `in the last ${since}` : `since ${since}`;
  if (options.until === undefined) return { from, said: start };
  const until = parseMoment('--until', options.until, now);
  if (until > from) return { from, until, said: `${start} and before ${options.until}` };
  throw new MillraceError(
    'CLI_ARGUMENT_INVALID',
    `--until ${options.until} is not after --since ${since}. Give a later time, or leave it out.`,
  );
}

/**
 * The configured ledger.
 *
 * @throws MillraceError `CLI_LEDGER_NEEDED`
 */
export function neededLedger({ ledger, path }: LoadedConfig): Ledger {
  if (ledger !== undefined) return ledger;
  throw new MillraceError('CLI_LEDGER_NEEDED', `${path} has no ledger. Add the one that the feeds' runs use.`);
}
