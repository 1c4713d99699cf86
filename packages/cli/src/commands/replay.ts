import { type Feed, replay, type ReplayOptions, type ReplayReport, type Rejection } from '@millrace/core';
import { countOf, explain, table } from '@millrace/terminal';
import { feedsNamed } from '../config/choose-feed.ts';
import { loadConfig, type LoadedConfig } from '../config/load-config.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { keptRejections, readableQuarantine, type RejectionFilter } from '../quarantine/kept.ts';
import type { CommandAction, Shell } from '../shell/shell.ts';

export interface ReplayCommandOptions extends RejectionFilter {
  readonly dryRun?: boolean;
}

/** `replay [FEED]`: runs rejected records through the feed again, under the keys that they would have had. */
export const replayCommand: CommandAction<[name: string | undefined, options: ReplayCommandOptions]> = async (
  shell,
  name,
  options,
) => {
  const config = await loadConfig(shell.cwd, shell.options.config);
  const quarantine = readableQuarantine(config);
  const feeds = feedsNamed(config, name);
  if (options.dryRun === true) return countOnly(shell, config, feeds, options);
  const reports: ReplayReport[] = [];
  for (const feed of feeds) {
    if (shell.signal.aborted) break;
    const kept = keptRejections(quarantine, [feed], options);
    reports.push(await replay(feed, rejectionsOf(kept), replayOptions(shell, config)));
  }
  return printReplay(shell, reports);
};

/** What a replay shares with the runs that rejected the records. */
export function replayOptions({ signal }: Shell, { ledger, quarantine, run }: LoadedConfig): ReplayOptions {
  const { leaseMs, versions } = run ?? {};
  return {
    signal,
    ...(ledger && { ledger }),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(versions !== undefined && { versions }),
    settled: (rejections) => quarantine?.settle?.(rejections),
  };
}

async function* rejectionsOf(
  kept: AsyncIterable<{ readonly rejection: Rejection }>,
): AsyncGenerator<Rejection, void, undefined> {
  for await (const { rejection } of kept) yield rejection;
}

async function countOnly(
  shell: Shell,
  config: LoadedConfig,
  feeds: readonly Feed<unknown>[],
  filter: RejectionFilter,
): Promise<ExitCode> {
  let total = 0;
  for await (const _ of keptRejections(readableQuarantine(config), feeds, filter)) total += 1;
  shell.print(`${countOf(total, 'rejected record')} would be replayed. Nothing was written.`);
  shell.emit({ exitCode: EXIT.success, dryRun: true, total, reports: [] });
  return EXIT.success;
}

/** Prints what replays did, and returns the exit code. */
export function printReplay(shell: Shell, reports: readonly ReplayReport[]): ExitCode {
  const sum = (of: (report: ReplayReport) => number): number => reports.reduce((all, one) => all + of(one), 0);
  const tried = sum((one) => one.tried);
  const delivered = sum((one) => one.delivered + one.dropped);
  const exitCode = exitOf(shell, reports);
  shell.print(
    tried === 0
      ? 'Nothing is in the quarantine to replay.'
      : `${countOf(delivered, 'record')} of ${tried} delivered${delivered === tried ? '; nothing is left in the quarantine.' : '.'}`,
  );
  const { width, color } = shell;
  const busy = reports.filter((one) => one.tried > 0);
  if (busy.length > 0) shell.print(...tableOf(busy, { width, color }));
  const again = new Map<string, number>();
  for (const { code } of reports.flatMap((one) => one.again)) again.set(code, (again.get(code) ?? 0) + 1);
  for (const [code, number] of again) shell.print(`  ${number} rejected again: ${code}`);
  for (const { error } of reports) if (error !== undefined) shell.print(explain(error, { width, color }));
  if (again.size > 0) shell.print('', 'Next: npx millrace quarantine ls');
  shell.emit({ exitCode, dryRun: false, total: tried, reports });
  return exitCode;
}

function tableOf(
  reports: readonly ReplayReport[],
  options: { readonly width: number; readonly color: boolean },
): readonly string[] {
  return table(
    reports.map((one) => [
      one.feed,
      one.tried,
      one.delivered,
      one.dropped,
      one.rejected,
      one.superseded,
      one.unsettled,
    ]),
    { head: ['feed', 'tried', 'delivered', 'dropped', 'rejected', 'superseded', 'unsettled'], ...options },
  );
}

function exitOf({ isInterrupted, options }: Shell, reports: readonly ReplayReport[]): ExitCode {
  if (isInterrupted()) return EXIT.interrupted;
  const errors = reports.flatMap(({ error }) => (error === undefined ? [] : [error]));
  if (errors.length > 0) return errors.every(({ retryable }) => retryable) ? EXIT.tryAgain : EXIT.failed;
  if (reports.some(({ unsettled }) => unsettled > 0)) return EXIT.tryAgain;
  const isLeft = reports.some(({ rejected, superseded }) => rejected + superseded > 0);
  return isLeft && options.strict === true ? EXIT.attention : EXIT.success;
}
