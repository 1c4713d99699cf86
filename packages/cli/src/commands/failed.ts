import type { LedgerEntry } from '@millrace/core';
import { failed } from '@millrace/core/operate';
import { count, countOf, explain, printable } from '@millrace/terminal';
import { feedsNamed } from '../config/choose-feed.ts';
import { loadConfig } from '../config/load-config.ts';
import { EXIT } from '../exit-code.ts';
import { neededLedger, periodOf, type PeriodOptions } from '../ledger/period.ts';
import { ago } from '../ledger/time-ago.ts';
import { parseCount } from '../objects/count-option.ts';
import { quoted } from '../shell/command-line.ts';
import type { CommandAction, Shell } from '../shell/shell.ts';

export interface FailedCommandOptions extends PeriodOptions {
  readonly limit?: string;
}

/** Objects of a screen; a program can take more. */
const OBJECTS = 10;
const OBJECTS_JSON = 10_000;

/** `failed [FEED]`: the objects that failed and still are failed, why, and what to do about each. */
export const failedCommand: CommandAction<[name: string | undefined, options: FailedCommandOptions]> = async (
  shell,
  name,
  options,
) => {
  const initial = shell.options.json === true ? OBJECTS_JSON : OBJECTS;
  const limit = options.limit === undefined ? initial : parseCount('--limit', options.limit);
  const { from, until, said } = periodOf(options, '7d');
  const config = await loadConfig(shell.cwd, shell.options.config);
  const ledger = neededLedger(config);
  const { signal } = shell;
  const shown: LedgerEntry[] = [];
  let total = 0;
  for (const feed of feedsNamed(config, name)) {
    const found = failed({ ledger, feed: feed.name, from, signal, ...(until !== undefined && { until }) });
    for await (const entry of found) {
      total += 1;
      if (shown.length < limit) shown.push(entry);
    }
  }
  const exitCode = total > 0 && shell.options.strict === true ? EXIT.attention : EXIT.success;
  shell.print(
    total === 0 ? `Nothing that was taken up ${said} is failed.` : `${countOf(total, 'object')} failed ${said}.`,
  );
  for (const entry of shown) shell.print('', ...linesOf(shell, entry));
  if (total > shown.length)
    shell.print('', `  … and ${countOf(total - shown.length, 'more object')}; --limit shows them`);
  shell.emit({ exitCode, total, objects: shown });
  return exitCode;
};

function linesOf({ width, color, paint }: Shell, entry: LedgerEntry): readonly string[] {
  const { feed, object, attempts, updatedAt, report, watermark, rejected } = entry;
  const tries = `${countOf(attempts, 'delivery').replace('deliverys', 'deliveries')}, last ${ago(updatedAt)}`;
  const facts = [
    report !== undefined && report.written > 0
      ? `Its last run wrote ${countOf(report.written, 'row')} before it failed.`
      : '',
    watermark > 0 ? `The next run resumes at record ${count(watermark)}.` : '',
    rejected > 0 ? `${countOf(rejected, 'record')} rejected so far.` : '',
  ].filter((text) => text !== '');
  const { error } = report ?? {};
  const reason =
    error === undefined ? ['  The ledger does not say why.'] : explain(error, { width, color }).split('\n');
  return [
    `${paint('strong', printable(object))}  ${feed}  ${tries}`,
    ...reason,
    ...facts.map((text) => `  ${text}`),
    `  Next: npx millrace run ${feed} ${quoted(object)}`,
  ];
}
