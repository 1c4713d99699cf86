import { type Feed, type Quarantine, type RunOptions, type RunReport, withSink } from '@millrace/core';
import { progressObserver } from '@millrace/terminal';
import type { LoadedConfig } from '../config/load-config.ts';
import type { Shell } from '../shell/shell.ts';
import { announced } from './announced.ts';

export interface RunSettings {
  readonly concurrency?: number;
  /** In milliseconds since the epoch. */
  readonly deadline?: number;
  /** Reads, parses and transforms everything, and writes nothing: no record, no rejection, no ledger entry. */
  readonly dryRun?: boolean;
}

/** Runs objects through a feed as the configuration says, and shows progress. */
export async function runObjects(
  shell: Shell,
  config: LoadedConfig,
  feed: Feed<unknown>,
  refs: AsyncIterable<unknown>,
  settings: RunSettings,
): Promise<RunReport> {
  const { dryRun = false, concurrency, deadline } = settings;
  const progress = progressObserver({ output: shell.err });
  const target = dryRun ? withSink(feed, { name: feed.stages.sink.name, write: async () => {}, concurrency: 4 }) : feed;
  try {
    return await target.run(announced(refs, feed, progress, shell.signal), {
      ...(dryRun ? dryOptions(config) : liveOptions(config)),
      ...(concurrency !== undefined && { concurrency }),
      ...(deadline !== undefined && { deadline }),
      signal: shell.signal,
      observer: progress,
      onFailure: 'report',
    });
  } finally {
    progress.close();
  }
}

function liveOptions({ ledger, quarantine, run }: LoadedConfig): RunOptions {
  return { ...run, ...(ledger && { ledger }), ...(quarantine && { quarantine }) };
}

/** Versions follow each other by the ledger, which a dry run does not touch. */
function dryOptions({ quarantine, run = {} }: LoadedConfig): RunOptions {
  const { versions: _, ...rest } = run;
  return { ...rest, ...(quarantine && { quarantine: forgetful() }) };
}

/** Accepts rejections, so that they are counted and limited as in a real run. */
function forgetful(): Quarantine {
  return { name: 'dry run', write: async () => {}, concurrency: 4 };
}
