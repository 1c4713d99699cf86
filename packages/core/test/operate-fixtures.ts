import {
  feed,
  type Feed,
  type ItemReport,
  type Ledger,
  type LedgerState,
  MillraceError,
  type Source,
  sumCounts,
} from '@millrace/core';
import { keep, lines, textSource, type TextRef } from './fixtures.ts';

/** A version of an object, as a listing shows it. */
export type ListedRef = TextRef & { readonly tag: string; readonly at: number };

export const DAY = 24 * 60 * 60 * 1000;
export const START = Date.UTC(2026, 10, 28);

/** A clock that the test sets. */
export class TestClock {
  time = START;
  readonly now = (): number => this.time;
}

const source: Source<ListedRef, string> = { ...textSource(), versionTag: ({ tag }) => tag } as Source<
  ListedRef,
  string
>;

export const prices: Feed<ListedRef> = feed('prices').from(source).through(lines()).to(keep<string>().sink);

export function listedRef(name: string, at: number, tag = '1'): ListedRef {
  return { name, tag, at, chunks: [] };
}

/** What a store of objects lists: those that were written in a period. */
export function listing(refs: readonly ListedRef[]) {
  return ({ since, until }: { readonly since: Date; readonly until?: Date }): readonly ListedRef[] =>
    refs.filter(({ at }) => at >= since.getTime() && at < (until?.getTime() ?? Number.POSITIVE_INFINITY));
}

/** Has a version claimed and brought to a state, at the ledger's time. */
export async function enter(
  ledger: Ledger,
  { name, tag, at }: ListedRef,
  state: Exclude<LedgerState, 'stale'>,
  own: { readonly rejected?: number; readonly knowsTime?: boolean; readonly feed?: string } = {},
): Promise<void> {
  const { rejected = 0, knowsTime = true, feed: of = 'prices' } = own;
  const object = `text:${name}`;
  const lastModified = new Date(at).toISOString();
  const origin = { id: `${object}@${tag}`, uri: object, size: 100, ...(knowsTime && { lastModified }) };
  const request = {
    feed: of,
    object,
    origin,
    versionTag: tag,
    claimId: crypto.randomUUID(),
    leaseMs: 60_000,
    versions: 'all' as const,
  };
  await ledger.claim(request);
  if (state === 'claimed') return;
  const counts = { read: 10, written: 10 - rejected, rejected };
  await ledger.finish(request, { watermark: 10, rejected }, reportOf(request, state, counts));
}

function reportOf(
  {
    feed: of,
    object,
    origin,
  }: Pick<ItemReport, 'feed'> & { object: string; origin: NonNullable<ItemReport['origin']> },
  outcome: 'complete' | 'aborted' | 'failed',
  counts: Partial<ItemReport>,
): ItemReport {
  const error = new MillraceError('GZIP_TRUNCATED', 'The file ends early.', { stage: 'gunzip' });
  return {
    ...{ feed: of, run: 'run', ref: object, outcome, origin, watermark: 10 },
    ...sumCounts([]),
    ...counts,
    ...(outcome === 'failed' && { error }),
    ...{ rejections: {}, counters: {}, startedAt: new Date(START).toISOString(), durationMs: 5 },
  };
}
