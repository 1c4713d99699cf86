import type { AuditFinding, AuditReport } from '@millrace/core/operate';
import { audit } from '@millrace/core/operate';
import { type Feed, MillraceError } from '@millrace/core';
import { count, countOf, equation, table } from '@millrace/terminal';
import { feedsNamed } from '../config/choose-feed.ts';
import { loadConfig, type LoadedConfig } from '../config/load-config.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { neededLedger, type Period, periodOf, type PeriodOptions } from '../ledger/period.ts';
import type { CommandAction, Shell } from '../shell/shell.ts';

/** Findings of a screen. */
const ROWS = 20;

/** `audit [FEED]`: whether everything that arrived in a period is loaded, by the source's listing and the ledger. */
export const auditCommand: CommandAction<[name: string | undefined, options: PeriodOptions]> = async (
  shell,
  name,
  options,
) => {
  const period = periodOf(options, 'yesterday');
  const config = await loadConfig(shell.cwd, shell.options.config);
  const feeds = feedsNamed(config, name);
  const reports: AuditReport[] = [];
  for (const feed of feeds) reports.push(await auditFeed(shell, config, feed, period));
  const exitCode = exitOf(shell, reports);
  printAudit(shell, reports, period);
  shell.emit({ exitCode, complete: reports.every(({ complete }) => complete), reports });
  return exitCode;
};

function auditFeed(
  { signal }: Shell,
  config: LoadedConfig,
  feed: Feed<unknown>,
  { from, until }: Period,
): Promise<AuditReport> {
  const { source } = feed.stages;
  const place = config.sources?.[feed.name];
  if (place === undefined || source.list === undefined) {
    throw new MillraceError(
      'CLI_SOURCE_NEEDED',
      `Nothing says where the objects of feed ${feed.name} are. Add sources.${feed.name} to ${config.path}, such as ` +
        "{ bucket: 'drop', prefix: 'prices/' }.",
    );
  }
  return audit({
    feed,
    ledger: neededLedger(config),
    list: (period) => source.list!({ ...place, ...period } as never),
    from,
    signal,
    ...(until !== undefined && { until }),
  });
}

function exitOf({ options }: Shell, reports: readonly AuditReport[]): ExitCode {
  const sum = (of: (report: AuditReport) => number): number => reports.reduce((all, one) => all + of(one), 0);
  if (sum(({ statuses }) => statuses.failed + statuses.missing) > 0) return EXIT.failed;
  if (reports.some(({ complete }) => !complete)) return EXIT.tryAgain;
  return options.strict === true && sum(({ rejected }) => rejected) > 0 ? EXIT.attention : EXIT.success;
}

function printAudit(shell: Shell, reports: readonly AuditReport[], { said }: Period): void {
  const { width, color } = shell;
  const findings = reports.flatMap(({ feed, findings: some }) => some.map((finding) => ({ feed, finding })));
  const omitted = reports.reduce((sum, one) => sum + one.findingsOmitted, 0) + Math.max(0, findings.length - ROWS);
  shell.print(
    sentence(reports, said),
    ...table(
      reports.map((one) => [
        { text: one.complete ? '✓' : '✗', style: one.complete ? 'good' : 'bad' } as const,
        one.feed,
        countOf(one.arrived, 'object'),
        equation(one.records),
      ]),
      { width, color },
    ),
    ...(findings.length === 0
      ? []
      : [
          '',
          ...table(
            findings
              .slice(0, ROWS)
              .map(({ feed, finding }) => [feed, finding.object, finding.status, reasonOf(finding)]),
            { head: ['feed', 'object', 'is', 'why'], width, color },
          ),
        ]),
    ...(omitted > 0 ? [`  … and ${countOf(omitted, 'more object')}`] : []),
    ...next(reports),
  );
}

/** The answer first. */
function sentence(reports: readonly AuditReport[], said: string): string {
  const sum = (of: (report: AuditReport) => number): number => reports.reduce((all, one) => all + of(one), 0);
  const arrived = sum((one) => one.arrived);
  if (arrived === 0) return `Nothing arrived ${said}.`;
  const rejected = sum((one) => one.rejected);
  const except = rejected === 0 ? '' : `, except ${countOf(rejected, 'record')} in quarantine`;
  const left = sum(({ statuses }) => statuses.failed + statuses.unfinished + statuses.held + statuses.missing);
  return left === 0
    ? `Everything that arrived ${said} is loaded${except}.`
    : `${count(left)} of ${countOf(arrived, 'object')} that arrived ${said} ${left === 1 ? 'is' : 'are'} not loaded${except}.`;
}

function reasonOf(finding: AuditFinding): string {
  if (finding.status === 'missing') {
    return finding.reason === 'never' ? 'no run has seen it' : 'another version of it was processed';
  }
  const { report } = finding.entry;
  const code = report?.error?.code ?? '';
  return finding.listed ? code : [code, 'overwritten or deleted since'].filter(Boolean).join('; ');
}

function next(reports: readonly AuditReport[]): readonly string[] {
  const has = (of: (report: AuditReport) => number): boolean => reports.some((one) => of(one) > 0);
  return [
    ...(has(({ statuses }) => statuses.missing + statuses.unfinished) ? ['Next: npx millrace reconcile'] : []),
    ...(has(({ statuses }) => statuses.failed) ? ['Next: npx millrace failed'] : []),
    ...(has(({ rejected }) => rejected) ? ['Next: npx millrace quarantine ls'] : []),
  ];
}
