import { check, checkOptions, type OptionCheck } from '../check-options.ts';
import type { LedgerState } from './ledger-entry.ts';
import type { ListedPeriod } from './ledger-store.ts';
import type { LedgerListQuery, ListedEntry } from './listed-entry.ts';

const STATES: readonly LedgerState[] = ['claimed', 'complete', 'aborted', 'failed', 'stale'];

/** Clocks of claimants may be ahead of this one: a listing without an end goes on for so long. */
const AHEAD_MS = 24 * 60 * 60 * 1000;

/**
 * Lists the entries of a store that a query asks for. The store may return more than the period holds, such as whole days.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function listEntries(
  list: (period: ListedPeriod) => AsyncIterable<ListedEntry>,
  query: LedgerListQuery,
  now: () => number,
): AsyncIterable<ListedEntry> {
  checkOptions('list', query, {
    feed: check.text,
    from: check.date,
    until: check.optional(check.date),
    states: check.optional(areStates),
    source: check.optional(check.text),
    signal: check.optional(check.object),
  });
  return { [Symbol.asyncIterator]: () => chosen(list, query, now) };
}

async function* chosen(
  list: (period: ListedPeriod) => AsyncIterable<ListedEntry>,
  { feed, from, until, states, source = '', signal }: LedgerListQuery,
  now: () => number,
): AsyncGenerator<ListedEntry, void, undefined> {
  const period = {
    feed,
    from: from.toISOString(),
    until: (until ?? new Date(Math.max(now(), from.getTime()) + AHEAD_MS)).toISOString(),
  };
  signal?.throwIfAborted();
  if (period.from >= period.until) return;
  for await (const entry of list({ ...period, ...(signal && { signal }) })) {
    signal?.throwIfAborted();
    const { firstClaimedAt, object, state } = entry;
    if (entry.feed !== feed || firstClaimedAt < period.from || firstClaimedAt >= period.until) continue;
    if (object.startsWith(source) && states?.includes(state) !== false) yield entry;
  }
}

const areStates: OptionCheck = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((one) => STATES.includes(one as LedgerState))
    ? undefined
    : `a list of ${STATES.map((one) => JSON.stringify(one)).join(', ')}`;
