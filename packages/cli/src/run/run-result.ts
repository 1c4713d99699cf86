import type { RunReport } from '@millrace/core';
import { reportTable } from '@millrace/terminal';
import type { LoadedConfig } from '../config/load-config.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Shell } from '../shell/shell.ts';
import { exitOfRun } from './run-exit.ts';

export interface RunResult {
  readonly report: RunReport;
  readonly config: LoadedConfig;
  readonly dryRun: boolean;
  /** The command line that does the rest. */
  readonly again: string;
}

/** Prints what a run did and what to do next, and returns the exit code. */
export function printRun(shell: Shell, result: RunResult): ExitCode {
  const { report, dryRun } = result;
  const exitCode = exitOfRun(report, { strict: shell.options.strict, isInterrupted: shell.isInterrupted() });
  const next = dryRun ? [] : nextSteps(result, exitCode);
  shell.print(reportTable(report, { width: shell.width, color: shell.color }));
  if (dryRun) shell.print('  Dry run: nothing was written.');
  shell.print(...next);
  shell.emit({ exitCode, dryRun, report, next });
  return exitCode;
}

function nextSteps({ report, config, again }: RunResult, exitCode: ExitCode): readonly string[] {
  const isUnfinished = exitCode === EXIT.interrupted || exitCode === EXIT.tryAgain;
  const canRead = config.quarantine?.rejections !== undefined;
  return [
    ...(isUnfinished ? [continuation(config, again)] : []),
    ...(report.totals.rejected > 0 && canRead ? [`Next: npx millrace quarantine ls ${report.feed}`] : []),
    ...(report.items.failed > 0 && config.ledger !== undefined ? [`Next: npx millrace failed ${report.feed}`] : []),
  ];
}

/** A ledger knows where each object stopped. Without one the next run writes everything again, under the same keys. */
function continuation({ ledger }: LoadedConfig, again: string): string {
  return ledger === undefined
    ? `To start over: ${again}   (without a ledger nothing is remembered; the same rows are written again)`
    : `To continue: ${again}   (the ledger has where each object resumes)`;
}
