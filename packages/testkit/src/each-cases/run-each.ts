import {
  type Each,
  feed,
  type ItemOrigin,
  type ItemReport,
  type Parser,
  type Rejection,
  type Source,
} from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import { memorySink } from '../memory-sink.ts';

/** What became of records in a feed with one each. */
export interface EachRun<O> {
  readonly records: readonly Entry<O>[];
  readonly rejections: readonly Rejection[];
  readonly report: ItemReport;
}

/** Carries records through an each as a feed does. */
export async function runEach<I, O>(each: Each<I, O>, inputs: readonly I[], item: ItemOrigin): Promise<EachRun<O>> {
  const source: Source<readonly I[], readonly I[]> = {
    name: 'cases',
    describe: () => item.uri,
    open: async (records) => ({
      origin: item,
      chunks: async function* () {
        yield records;
      },
    }),
  };
  const records: Parser<readonly I[], I> = {
    kind: 'parser',
    name: 'records',
    start: () => ({ push: (input) => input }),
  };
  const sink = memorySink<O>();
  const quarantine = memorySink<Rejection>();
  const { reports } = await feed('cases')
    .from(source)
    .through(records)
    .through(each)
    .to(sink)
    .run([inputs], { quarantine, maxRejections: { share: 1 }, allRejected: 'accept', onFailure: 'report' });
  return {
    records: [...sink.stored.values()].map(({ entry }) => entry),
    rejections: quarantine.values(),
    report: reports[0]!,
  };
}
