import { reconcile, references } from '@millrace/core';
import { feedAndRest } from '../config/choose-feed.ts';
import { loadConfig } from '../config/load-config.ts';
import { chooseObjects, type ListingOptions } from '../objects/chosen-objects.ts';
import { parseCount } from '../objects/count-option.ts';
import { parseDuration } from '../objects/moment.ts';
import { runObjects, type RunSettings } from '../run/run-objects.ts';
import { printRun } from '../run/run-result.ts';
import { sameCommand } from '../shell/command-line.ts';
import type { CommandAction } from '../shell/shell.ts';

export interface RunCommandOptions extends ListingOptions {
  readonly concurrency?: string;
  readonly deadline?: string;
  readonly dryRun?: boolean;
}

/** `run [FEED] [OBJECT…]`: processes objects that are named, or those that the feed's source lists. */
export const runCommand: CommandAction<[words: readonly string[], options: RunCommandOptions]> = async (
  shell,
  words,
  options,
) => {
  const settings = settingsOf(options);
  const config = await loadConfig(shell.cwd, shell.options.config);
  const { feed, rest } = feedAndRest(config, words);
  const { refs } = chooseObjects(feed, config, rest, options);
  const report = await runObjects(shell, config, feed, refs, settings);
  return printRun(shell, { report, config, dryRun: settings.dryRun === true, again: sameCommand(process.argv) });
};

/** `backfill [FEED]`: processes what a listing has and the ledger does not know as done, several objects at once. */
export const backfillCommand: CommandAction<[words: readonly string[], options: RunCommandOptions]> = async (
  shell,
  words,
  options,
) => {
  const settings = { concurrency: 4, ...settingsOf(options) };
  const config = await loadConfig(shell.cwd, shell.options.config);
  const { feed, rest } = feedAndRest(config, words);
  const { refs } = chooseObjects(feed, config, rest, options);
  const { ledger } = config;
  // One look-up for each object is cheaper than a claim, and progress then tells how much is really left.
  const canCompare = ledger !== undefined && feed.stages.source.versionTag !== undefined;
  const left = canCompare ? references(reconcile({ feed, list: refs, ledger })) : refs;
  const report = await runObjects(shell, config, feed, left, settings);
  return printRun(shell, { report, config, dryRun: settings.dryRun === true, again: sameCommand(process.argv) });
};

function settingsOf({ concurrency, deadline, dryRun }: RunCommandOptions): RunSettings {
  return {
    ...(concurrency !== undefined && { concurrency: parseCount('--concurrency', concurrency) }),
    ...(deadline !== undefined && { deadline: Date.now() + parseDuration('--deadline', deadline) }),
    ...(dryRun === true && { dryRun }),
  };
}
