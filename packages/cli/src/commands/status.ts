import { type FeedStatus, status } from '@millrace/core/operate';
import { countOf, table } from '@millrace/terminal';
import { feedsNamed } from '../config/choose-feed.ts';
import { loadConfig } from '../config/load-config.ts';
import { EXIT } from '../exit-code.ts';
import { neededLedger, periodOf, type PeriodOptions } from '../ledger/period.ts';
import { ago } from '../ledger/time-ago.ts';
import type { CommandAction } from '../shell/shell.ts';

/** `status [FEED]`: what arrived, and what became of it, by the ledger alone. */
export const statusCommand: CommandAction<[name: string | undefined, options: PeriodOptions]> = async (
  shell,
  name,
  options,
) => {
  const { from, until, said } = periodOf(options, 'yesterday');
  const config = await loadConfig(shell.cwd, shell.options.config);
  const ledger = neededLedger(config);
  const { signal, width, color } = shell;
  const found = await Promise.all(
    feedsNamed(config, name).map((feed) =>
      status({ ledger, feed: feed.name, from, signal, ...(until !== undefined && { until }) }),
    ),
  );
  const needsPerson = found.some(({ statuses, rejected }) => statuses.failed + statuses.unfinished + rejected > 0);
  const exitCode = needsPerson && shell.options.strict === true ? EXIT.attention : EXIT.success;
  shell.print(
    sentence(found, said),
    ...table(
      found.map((one) => [
        one.feed,
        one.objects,
        one.statuses.done,
        problem(one.statuses.unfinished, 'warning'),
        problem(one.statuses.failed, 'bad'),
        one.statuses.held,
        one.statuses.stale,
        one.records.read,
        one.records.written,
        problem(one.rejected, 'warning'),
        one.lastAt === undefined ? '' : ago(one.lastAt),
      ]),
      { head: HEAD, width, color },
    ),
    ...next(found),
  );
  shell.emit({ exitCode, from: from.toISOString(), ...(until && { until: until.toISOString() }), feeds: found });
  return exitCode;
};

const HEAD = [
  'feed',
  'objects',
  'done',
  'unfinished',
  'failed',
  'held',
  'stale',
  'read',
  'written',
  'rejected',
  'last',
];

function problem(
  value: number,
  style: 'warning' | 'bad',
): number | { readonly text: number; readonly style: typeof style } {
  return value === 0 ? value : { text: value, style };
}

/** The answer first. */
function sentence(found: readonly FeedStatus[], said: string): string {
  const sum = (of: (one: FeedStatus) => number): number => found.reduce((all, one) => all + of(one), 0);
  const objects = sum((one) => one.objects);
  if (objects === 0) return `Nothing was taken up ${said}.`;
  const parts = (['done', 'unfinished', 'failed', 'held', 'stale'] as const)
    .map((name) => ({ name, number: sum(({ statuses }) => statuses[name]) }))
    .filter(({ number }) => number > 0)
    .map(({ name, number }) => `${number} ${name}`);
  return `${countOf(objects, 'object')} ${said}: ${parts.join(', ')}.`;
}

function next(found: readonly FeedStatus[]): readonly string[] {
  const failures = found.some(({ statuses }) => statuses.failed > 0);
  const unfinished = found.some(({ statuses }) => statuses.unfinished > 0);
  const rejected = found.some((one) => one.rejected > 0);
  return [
    ...(failures ? ['Next: npx millrace failed'] : []),
    ...(unfinished ? ['Next: npx millrace reconcile'] : []),
    ...(rejected ? ['Next: npx millrace quarantine ls'] : []),
  ];
}
