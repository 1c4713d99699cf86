import type { Feed } from '../feed.ts';
import type { RunReport } from '../report.ts';
import type { RunOptions } from '../run-options.ts';

export async function run<Ref>(_feed: Feed<Ref>, _refs: Iterable<Ref> | AsyncIterable<Ref>, _options: RunOptions): Promise<RunReport> {
  throw new Error('not yet');
}
