import { MillraceError, reconcile, references, type Unreconciled } from '@millrace/core';
import { countOf, table } from '@millrace/terminal';
import { feedAndRest } from '../config/choose-feed.ts';
import { loadConfig } from '../config/load-config.ts';
import { EXIT } from '../exit-code.ts';
import { chooseObjects, type ListingOptions } from '../objects/chosen-objects.ts';
import { runObjects } from '../run/run-objects.ts';
import { printRun } from '../run/run-result.ts';
import { sameCommand } from '../shell/command-line.ts';
import type { CommandAction } from '../shell/shell.ts';

export interface ReconcileCommandOptions extends ListingOptions {
  readonly dryRun?: boolean;
}

/** Rows of a screen. */
const ROWS = 20;

const REASONS = {
  never: 'no run has seen it',
  unfinished: 'begun and not complete',
  changed: 'another version of it was processed',
} as const;

/** `reconcile [FEED]`: compares what is listed with the ledger, and runs what is missing. */
export const reconcileCommand: CommandAction<[words: readonly string[], options: ReconcileCommandOptions]> = async (
  shell,
  words,
  options,
) => {
  const config = await loadConfig(shell.cwd, shell.options.config);
  const { feed, rest } = feedAndRest(config, words);
  const { ledger, path } = config;
  if (ledger === undefined) {
    throw new MillraceError('CLI_LEDGER_NEEDED', `${path} has no ledger. Add the one that the feeds' runs use.`);
  }
  const { refs } = chooseObjects(feed, config, rest, options);
  const missing = reconcile({ feed, list: refs, ledger });
  if (options.dryRun !== true) {
    const report = await runObjects(shell, config, feed, references(missing), {});
    if (Object.values(report.items).every((number) => number === 0)) shell.print('Everything that is listed is done.');
    return printRun(shell, { report, config, dryRun: false, again: sameCommand(process.argv) });
  }
  const found: Unreconciled<unknown>[] = [];
  for await (const one of missing) {
    shell.signal.throwIfAborted();
    found.push(one);
  }
  const objects = found.map(({ ref, reason }) => ({ object: feed.stages.source.describe(ref), reason }));
  const exitCode = objects.length > 0 && shell.options.strict === true ? EXIT.attention : EXIT.success;
  const { width, color } = shell;
  shell.print(
    objects.length === 0
      ? 'Everything that is listed is done.'
      : `${countOf(objects.length, 'object')} left to process.`,
    ...table(
      objects.slice(0, ROWS).map(({ object, reason }) => [object, REASONS[reason]]),
      { width, color },
    ),
    ...(objects.length > ROWS ? [`  … and ${countOf(objects.length - ROWS, 'more object')}`] : []),
    ...(objects.length > 0 ? ['', `Next: npx millrace reconcile ${feed.name}`] : []),
  );
  shell.emit({ exitCode, dryRun: true, objects });
  return exitCode;
};
