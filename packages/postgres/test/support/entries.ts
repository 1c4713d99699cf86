import type { ItemOrigin } from '@millrace/core';
import type { Context, Entry } from '@millrace/core/plugin';

const origin: ItemOrigin = {
  id: 's3://prices/2026/a b.ndjson.gz?versionId=1',
  uri: 's3://prices/2026/a b.ndjson.gz',
  lastModified: '2026-11-22T10:00:00.000Z',
};

/** Entries at ordinals 0, 1, …, as the runner would hand them to a sink. */
export function entriesOf(
  values: readonly unknown[],
  { uri = origin.uri, generation }: { readonly uri?: string; readonly generation?: number } = {},
): readonly Entry<never>[] {
  const signal = new AbortController().signal;
  const item = { ...origin, id: `${uri}?versionId=${generation ?? 1}`, uri };
  return values.map((value, ordinal) => {
    return { ordinal, branch: '', item, feed: 'prices', run: 'run', signal, generation, value: value as never };
  });
}

/** A context that remembers what was counted. */
export function countingContext(signal: AbortSignal = new AbortController().signal): Context & {
  readonly counted: Record<string, number>;
} {
  const counted: Record<string, number> = {};
  const count = (counter: string, by = 1): void => {
    counted[counter] = (counted[counter] ?? 0) + by;
  };
  return { feed: 'prices', run: 'run', stage: 'postgres', signal, count, counted };
}
