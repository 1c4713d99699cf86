import { check, checkOptions } from '../check-options.ts';
import type { LedgerEntry } from '../ledger/ledger-entry.ts';
import { inOrder } from '../in-order.ts';
import { listable } from './listable.ts';
import { checkLedgerPeriod, type LedgerPeriod, optional } from './status.ts';

export interface FailedOptions extends LedgerPeriod {
  /** Ledger look-ups at once. @default 16 */
  readonly concurrency?: number;
}

/**
 * Lists the objects of a period that failed and still are failed, each with its whole entry: the last report with its error, the
 * number of attempts, and where the next run resumes. A version that was first claimed before the period is not in it, however
 * often it failed since.
 *
 * A listing of the ledger may lag, so each entry is looked up again before it is yielded.
 *
 * @throws MillraceError `LEDGER_NOT_LISTABLE`, `OPTION_UNKNOWN`, `OPTION_INVALID`, and what the ledger rejects with
 * @example
 * for await (const { object, attempts, report } of failed({ ledger, feed: 'prices', from })) {
 *   console.log(object, report?.error?.code, attempts);
 * }
 */
export function failed(options: FailedOptions): AsyncIterable<LedgerEntry> {
  const { concurrency = 16, ...period } = options;
  checkLedgerPeriod('failed', period);
  checkOptions('failed', { concurrency }, { concurrency: check.integer(1, 1000) });
  const { ledger, feed, from, until, source, signal } = period;
  const { list } = listable('failed', ledger);
  const listed = list({ feed, from, states: ['failed'], ...optional({ until, source, signal }) });
  return inOrder(listed, concurrency, async ({ object, origin }) => {
    const entries = await ledger.entries(feed, object);
    return entries.find(({ origin: { id }, state }) => id === origin.id && state === 'failed');
  });
}
