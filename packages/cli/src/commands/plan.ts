import { isMillraceError, MillraceError } from '@millrace/core';
import { feedAndRest } from '../config/choose-feed.ts';
import { loadConfig } from '../config/load-config.ts';
import { chooseObjects, type ListingOptions } from '../objects/chosen-objects.ts';
import { runObjects } from '../run/run-objects.ts';
import { exitOfRun } from '../run/run-exit.ts';
import { printRun } from '../run/run-result.ts';
import { sameCommand } from '../shell/command-line.ts';
import type { CommandAction } from '../shell/shell.ts';

/** `plan [FEED] [OBJECT…]`: what a run would write, and what it costs if the feed ends in DynamoDB. */
export const planCommand: CommandAction<[words: readonly string[], options: ListingOptions]> = async (
  shell,
  words,
  options,
) => {
  const config = await loadConfig(shell.cwd, shell.options.config);
  const { feed, rest } = feedAndRest(config, words);
  const { refs } = chooseObjects(feed, config, rest, options);
  if (feed.stages.sink.name !== 'dynamodb') {
    const report = await runObjects(shell, config, feed, refs, { dryRun: true });
    return printRun(shell, { report, config, dryRun: true, again: sameCommand(process.argv) });
  }
  const { plan, planTable } = await dynamodb();
  const planned = await plan(feed, refs, { signal: shell.signal });
  const exitCode = exitOfRun(planned.report, { strict: shell.options.strict, isInterrupted: shell.isInterrupted() });
  shell.print(planTable(planned));
  shell.emit({ exitCode, plan: planned });
  return exitCode;
};

/** The package is the one that the feed's sink came from, so the project has it. */
async function dynamodb(): Promise<typeof import('@millrace/dynamodb')> {
  try {
    return await import('@millrace/dynamodb');
  } catch (cause) {
    if (isMillraceError(cause)) throw cause;
    throw new MillraceError(
      'CLI_PACKAGE_MISSING',
      'Planning for DynamoDB needs @millrace/dynamodb beside @millrace/cli. Install both in the same project.',
      { cause },
    );
  }
}
