import { createInterface } from 'node:readline/promises';
import { MillraceError, purge, type PurgeOptions, type PurgeReport } from '@millrace/core';
import { countOf, table } from '@millrace/terminal';
import { chooseFeed } from '../config/choose-feed.ts';
import { loadConfig } from '../config/load-config.ts';
import { EXIT } from '../exit-code.ts';
import type { CommandAction, Shell } from '../shell/shell.ts';

export interface PurgeCommandOptions {
  readonly feed?: string;
  readonly version?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `purge OBJECT`: deletes the rows of an object's earlier versions, or of one version, after showing how many there are. */
export const purgeCommand: CommandAction<[object: string, options: PurgeCommandOptions]> = async (
  shell,
  object,
  options,
) => {
  const config = await loadConfig(shell.cwd, shell.options.config);
  const { ledger, quarantine, path } = config;
  if (ledger === undefined) {
    throw new MillraceError('CLI_LEDGER_NEEDED', `${path} has no ledger. Add the one that the feeds' runs use.`);
  }
  const feed = chooseFeed(config, options.feed);
  const purging: PurgeOptions<unknown> = {
    feed,
    ledger,
    object: { described: object },
    signal: shell.signal,
    ...(options.version !== undefined && { version: options.version }),
    ...(quarantine !== undefined && { quarantine }),
  };
  const planned = await purge({ ...purging, dryRun: true });
  const isWanted = planned.deleted > 0 || planned.rejections > 0;
  if (options.dryRun === true || !isWanted) {
    printPurge(shell, planned);
    if (isWanted) shell.print('', 'Nothing was deleted. Without --dry-run, it is.');
    shell.emit({ exitCode: EXIT.success, report: planned });
    return EXIT.success;
  }
  if (options.yes !== true) {
    printPurge(shell, planned);
    if (!(await confirmed(shell, planned))) {
      shell.emit({ exitCode: EXIT.success, report: planned });
      return EXIT.success;
    }
  }
  const report = await purge(purging);
  printPurge(shell, report);
  shell.emit({ exitCode: EXIT.success, report });
  return EXIT.success;
};

function printPurge(
  { print, width, color }: Shell,
  { object, dryRun, versions, deleted, rejections }: PurgeReport,
): void {
  const verb = dryRun ? 'would be deleted' : 'deleted';
  const settled = rejections === 0 ? '' : `, ${countOf(rejections, 'rejection')} settled`;
  print(
    versions.length === 0
      ? `No earlier version of ${object} has rows to delete. To delete those of a version, name it with --version.`
      : `${countOf(deleted, 'row')} ${verb}${settled}.`,
    ...table(
      versions.map(({ version, considered, deleted: rows, rejections: some }) => [version, considered, rows, some]),
      { head: ['version', 'looked at', dryRun ? 'to delete' : 'deleted', 'rejections'], width, color },
    ).slice(versions.length === 0 ? 1 : 0),
  );
}

/**
 * Asks the person. Without a terminal nobody can answer.
 *
 * @throws MillraceError `CLI_CONFIRMATION_NEEDED`
 */
async function confirmed({ err, env, print, signal, options }: Shell, { deleted }: PurgeReport): Promise<boolean> {
  if (process.stdin.isTTY !== true || err.isTTY !== true || env['CI'] || options.json === true) {
    throw new MillraceError(
      'CLI_CONFIRMATION_NEEDED',
      `Deleting ${countOf(deleted, 'row')} needs confirmation, and there is no terminal to ask at. Add --yes, or use --dry-run first.`,
    );
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`Delete ${countOf(deleted, 'row')}? (y/N) `, { signal });
    const isYes = /^y(es)?$/i.test(answer.trim());
    if (!isYes) print('Nothing was deleted.');
    return isYes;
  } finally {
    asking.close();
  }
}
