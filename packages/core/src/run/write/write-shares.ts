import type { Context } from '../../context.ts';
import { isMillraceError, MillraceError, toMillraceError } from '../../millrace-error.ts';
import type { Refusal, Sink } from '../../sink.ts';
import { anyOf } from '../stop/watched-signal.ts';
import type { LiveEntry } from '../read/live-entry.ts';

/** One item's share of a write. */
export interface Share<T> {
  readonly entries: readonly LiveEntry<T>[];
  readonly context: Context;
  /** Throws where nothing more of this item may be written. */
  readonly assertMayWrite: () => void;
  /** The sink has answered: these entries, by their position in the share, were refused, and the others accepted. */
  readonly answered: (refusals: readonly Refusal[]) => Promise<void>;
  /** Nothing is known about these entries, or they were not written at all. */
  readonly failed: (error: MillraceError) => void;
  /** Whether the run was stopped. */
  readonly isStopped: () => boolean;
}

/**
 * Writes the shares in one batch. Never rejects: each share gets what became of it.
 *
 * If a write of several objects rejects, for a reason that will not pass, one of them is to blame and the others are not: so
 * each is written by itself. Writing an entry again leaves it there once (contract 5.4).
 */
export async function writeShares<T>(sink: Sink<T>, shares: readonly Share<T>[]): Promise<void> {
  let refusals: readonly Refusal[];
  const entries = shares.length === 1 ? shares[0]!.entries : shares.flatMap((share) => share.entries);
  try {
    refusals = (await sink.write(entries, contextOf(shares))) ?? [];
    checkRefusals(sink.name, refusals, entries.length);
  } catch (thrown) {
    const passes = isMillraceError(thrown) && thrown.retryable;
    if (shares.length > 1 && !passes && !shares[0]!.isStopped()) await writeApart(sink, shares);
    else for (const share of shares) failShare(share, thrown);
    return;
  }
  let start = 0;
  for (const share of shares) {
    const end = start + share.entries.length;
    try {
      await share.answered(shares.length === 1 ? refusals : refusalsOf(refusals, start, end));
    } catch (thrown) {
      failShare(share, thrown);
    }
    start = end;
  }
}

/** One after the other, within the place that the gate gave to the write of all. */
async function writeApart<T>(sink: Sink<T>, shares: readonly Share<T>[]): Promise<void> {
  for (const share of shares) {
    try {
      share.assertMayWrite();
    } catch (stopped) {
      failShare(share, stopped);
      continue;
    }
    await writeShares(sink, [share]);
  }
}

/** Tells the share of an error, which gets a code where it has none. */
export function failShare({ context, entries, failed }: Share<unknown>, thrown: unknown): void {
  failed(toMillraceError(thrown, 'SINK_FAILED', { stage: context.stage, ordinal: entries[0]!.ordinal }));
}

/**
 * The context of a write of several objects: what the sink counts is shared out among them by their records; the signal fires
 * with the first of theirs, and the time left is the shortest.
 */
function contextOf<T>(shares: readonly Share<T>[]): Context {
  const { context } = shares[0]!;
  if (shares.length === 1) return context;
  const all = shares.reduce((sum, { entries }) => sum + entries.length, 0);
  return {
    ...context,
    signal: anyOf(shares.map((share) => share.context.signal)),
    timeLeftMs: () => Math.min(...shares.map((share) => share.context.timeLeftMs?.() ?? Number.POSITIVE_INFINITY)),
    count: (counter, by = 1) => {
      for (const { entries, context: own } of shares) own.count(counter, (by * entries.length) / all);
    },
  };
}

function refusalsOf(refusals: readonly Refusal[], start: number, end: number): readonly Refusal[] {
  return refusals
    .filter(({ position }) => position >= start && position < end)
    .map((refusal) => ({ ...refusal, position: refusal.position - start }));
}

function checkRefusals(sink: string, refusals: readonly Refusal[], length: number): void {
  const seen = new Set<number>();
  for (const { position } of refusals) {
    if (Number.isInteger(position) && position >= 0 && position < length && !seen.has(position)) {
      seen.add(position);
      continue;
    }
    throw new MillraceError(
      'SINK_CONTRACT',
      `Sink ${sink} refused position ${position} of a batch of ${length}. Positions are distinct indexes into the batch; ` +
        'this is a mistake in the sink.',
    );
  }
}
