import type { Context } from '../context.ts';
import { MillraceError, toMillraceError } from '../millrace-error.ts';
import type { Refusal, Sink } from '../sink.ts';
import type { LiveEntry } from './live-entry.ts';

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
}

/** Writes the shares in one batch. Never rejects: each share learns what became of it. */
export async function writeShares<T>(sink: Sink<T>, shares: readonly Share<T>[]): Promise<void> {
  try {
    const entries = shares.length === 1 ? shares[0]!.entries : shares.flatMap((share) => share.entries);
    const refusals = (await sink.write(entries, contextOf(shares))) ?? [];
    checkRefusals(sink.name, refusals, entries.length);
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
  } catch (thrown) {
    for (const share of shares) failShare(share, thrown);
  }
}

/** Tells the share of an error, which gets a code where it has none. */
export function failShare({ context, entries, failed }: Share<unknown>, thrown: unknown): void {
  failed(toMillraceError(thrown, 'SINK_FAILED', { stage: context.stage, ordinal: entries[0]!.ordinal }));
}

/** What a sink counts in a write of several items is shared out among them by their records. */
function contextOf<T>(shares: readonly Share<T>[]): Context {
  const { context } = shares[0]!;
  if (shares.length === 1) return context;
  const all = shares.reduce((sum, { entries }) => sum + entries.length, 0);
  return {
    ...context,
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
