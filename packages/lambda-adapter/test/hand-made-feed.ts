import { type Feed, type ItemReport, MillraceError, type RunSession, type SessionOptions } from '@millrace/core';
import type { ObjectRef } from '../src/index.ts';

export interface Call {
  readonly ref: ObjectRef;
  readonly options: SessionOptions;
}

export interface HandMadeFeed extends Feed<ObjectRef> {
  readonly calls: readonly Call[];
  readonly closed: () => number;
}

/** What the feed does with an object: the parts of the item's report that differ from a complete one. */
export type Behaviour = (call: Call) => Promise<Partial<ItemReport>> | Partial<ItemReport>;

const COUNTS = {
  read: 3,
  expanded: 0,
  written: 3,
  rejected: 0,
  dropped: 0,
  skipped: 0,
  unsettled: 0,
  bytesIn: 10,
  bytesDecoded: 30,
};
const START = '2026-11-22T09:30:13.000Z';

/** A feed whose runs answer what the test says, for cases that a real feed does not give at will. */
export function handMadeFeed(name: string, behave: Behaviour = () => ({})): HandMadeFeed {
  const calls: Call[] = [];
  let closed = 0;
  const openRun = (options: SessionOptions = {}): RunSession<ObjectRef> => ({
    run: 'run-1',
    process: async (ref) => {
      calls.push({ ref, options });
      const made = { feed: name, run: 'run-1', ref: `s3://${ref.bucket}/${ref.key}`, ...COUNTS };
      const rest = { watermark: 3, rejections: {}, counters: {}, startedAt: START, durationMs: 1 };
      const origin = { id: made.ref, uri: made.ref };
      return { ...made, origin, outcome: 'complete', ...rest, ...(await behave({ ref, options })) };
    },
    close: async () => {
      const items = { complete: 0, duplicate: 0, stale: 0, skipped: 0, held: 0, aborted: 0, failed: 0 };
      const rest = { reports: [], reportsOmitted: 0, observerErrors: 0, startedAt: START, durationMs: 1 };
      return { feed: name, run: 'run-1', outcome: 'complete', totals: COUNTS, items, ...rest };
    },
  });
  return {
    name,
    stages: { source: {}, codecs: [], eaches: [], sink: {} } as unknown as Feed<ObjectRef>['stages'],
    expect: {},
    run: () => Promise.reject(new Error('A handler opens a run.')),
    openRun,
    close: () => {
      closed += 1;
      return Promise.resolve();
    },
    calls,
    closed: () => closed,
  };
}

/** A behaviour that fails the objects whose key contains a text. */
export function failing(text: string, code = 'GZIP_TRUNCATED'): Behaviour {
  return ({ ref }) =>
    ref.key.includes(text)
      ? {
          outcome: 'failed',
          written: 0,
          unsettled: 3,
          error: new MillraceError(code, 'The file ends early.', { item: ref.key }),
        }
      : {};
}
