import { type Feed, type ItemReport, MillraceError, type RunOptions, type RunReport } from '@millrace/core';
import type { ObjectRef } from '../src/index.ts';

export interface Call {
  readonly ref: ObjectRef;
  readonly options: RunOptions;
}

export interface HandMadeFeed extends Feed<ObjectRef> {
  readonly calls: readonly Call[];
  readonly closed: () => number;
}

/** What the feed does with an object: the parts of the item's report that differ from a complete one, or no report. */
export type Behaviour = (call: Call) => Promise<Partial<ItemReport> | 'no report'> | Partial<ItemReport> | 'no report';

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
  const run = async (
    refs: Iterable<ObjectRef> | AsyncIterable<ObjectRef>,
    options: RunOptions = {},
  ): Promise<RunReport> => {
    const reports: ItemReport[] = [];
    for await (const ref of refs) {
      calls.push({ ref, options });
      const part = await behave({ ref, options });
      if (part === 'no report') continue;
      const report = { feed: name, run: 'run-1', ref: `s3://${ref.bucket}/${ref.key}`, ...COUNTS };
      reports.push({
        ...report,
        outcome: 'complete',
        watermark: 3,
        rejections: {},
        counters: {},
        startedAt: START,
        durationMs: 1,
        ...part,
      });
    }
    const late = options.deadline !== undefined && Date.now() >= options.deadline;
    const items = { complete: 0, duplicate: 0, stale: 0, skipped: 0, held: 0, aborted: 0, failed: 0 };
    for (const report of reports) items[report.outcome] += 1;
    const outcome = items.failed > 0 ? 'failed' : late || items.aborted + items.held > 0 ? 'aborted' : 'complete';
    const rest = { reportsOmitted: 0, observerErrors: 0, startedAt: START, durationMs: 1 };
    return { feed: name, run: 'run-1', outcome, totals: COUNTS, items, reports, ...rest };
  };
  return {
    name,
    stages: { source: {}, codecs: [], eaches: [], sink: {} } as unknown as Feed<ObjectRef>['stages'],
    run,
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
