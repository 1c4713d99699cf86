import type { ItemContext } from '@millrace/core';

/** A context as the runner makes it, for calling a source by hand. */
export function itemContext(signal: AbortSignal = new AbortController().signal): ItemContext & {
  readonly counters: Readonly<Record<string, number>>;
} {
  const counters: Record<string, number> = {};
  return {
    feed: 'feed',
    run: 'run',
    stage: 's3',
    signal,
    item: { id: 'id', uri: 'uri' },
    counters,
    note: () => {},
    count: (counter, by = 1) => {
      counters[counter] = (counters[counter] ?? 0) + by;
    },
  };
}
