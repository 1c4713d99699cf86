import type { ItemOrigin, RecordContext, Sink } from '@millrace/core';
import type { Context, Entry, Refusal } from '@millrace/core/plugin';

export const origin: ItemOrigin = {
  id: 's3://prices/2026/a b.ndjson.gz?versionId=1&etag=abc',
  uri: 's3://prices/2026/a b.ndjson.gz',
  lastModified: '2026-11-22T10:00:00.000Z',
};

export function recordContext(ordinal = 0, branch = '', item = origin): RecordContext {
  return { ordinal, branch, item, feed: 'prices', run: 'run', signal: new AbortController().signal };
}

export interface Written {
  readonly refusals: readonly Refusal[];
  /** Position and code of each refusal. */
  readonly codes: readonly (readonly [number, string])[];
  readonly counters: Readonly<Record<string, number>>;
}

/** Calls a sink as the runner does, with one batch. */
export async function write<T>(
  sink: Sink<T>,
  values: readonly unknown[],
  signal = new AbortController().signal,
): Promise<Written> {
  const counters: Record<string, number> = {};
  const count = (name: string, by = 1): void => {
    counters[name] = (counters[name] ?? 0) + by;
  };
  const context: Context = { feed: 'prices', run: 'run', stage: 'dynamodb', signal, count };
  const entries = values.map((value, ordinal) => ({ ...recordContext(ordinal), value }) as Entry<T>);
  const refusals = (await sink.write(entries, context)) ?? [];
  return { refusals, codes: refusals.map(({ position, code }) => [position, code] as const), counters };
}
