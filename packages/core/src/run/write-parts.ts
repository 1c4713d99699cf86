import type { Context } from '../context.ts';
import { MillraceError, toMillraceError } from '../millrace-error.ts';
import type { Refusal, Sink } from '../sink.ts';
import type { LiveEntry } from './live-entry.ts';

/** One item's share of a write. */
export interface Part<T> {
  readonly entries: readonly LiveEntry<T>[];
  readonly context: Context;
  /** Throws where nothing more of this item may be written. */
  readonly assertMayWrite: () => void;
  /** The sink has answered: these entries, by their position in the part, were refused, and the others accepted. */
  readonly answered: (refusals: readonly Refusal[]) => Promise<void>;
  /** Nothing is known about these entries, or they were not written at all. */
  readonly failed: (error: MillraceError) => void;
}

/** Writes the parts in one batch. Never rejects: each part learns what became of it. */
export async function writeParts<T>(sink: Sink<T>, parts: readonly Part<T>[]): Promise<void> {
  try {
    const entries = parts.length === 1 ? parts[0]!.entries : parts.flatMap((part) => part.entries);
    const refusals = (await sink.write(entries, contextOf(parts))) ?? [];
    checkRefusals(sink.name, refusals, entries.length);
    let start = 0;
    for (const part of parts) {
      const end = start + part.entries.length;
      try {
        await part.answered(parts.length === 1 ? refusals : refusalsOf(refusals, start, end));
      } catch (thrown) {
        failPart(part, thrown);
      }
      start = end;
    }
  } catch (thrown) {
    for (const part of parts) failPart(part, thrown);
  }
}

/** Tells the part of an error, which gets a code where it has none. */
export function failPart({ context, entries, failed }: Part<unknown>, thrown: unknown): void {
  failed(toMillraceError(thrown, 'SINK_FAILED', { stage: context.stage, ordinal: entries[0]!.ordinal }));
}

/** What a sink counts in a write of several items is shared out among them by their records. */
function contextOf<T>(parts: readonly Part<T>[]): Context {
  const { context } = parts[0]!;
  if (parts.length === 1) return context;
  const all = parts.reduce((sum, { entries }) => sum + entries.length, 0);
  return {
    ...context,
    count: (counter, by = 1) => {
      for (const { entries, context: own } of parts) own.count(counter, (by * entries.length) / all);
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
