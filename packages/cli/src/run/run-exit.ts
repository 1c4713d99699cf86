import type { ItemReport, RunReport } from '@millrace/core';
import { EXIT, type ExitCode } from '../exit-code.ts';

/** What a run means for the script that started it. */
export function exitOfRun(
  report: RunReport,
  { strict = false, isInterrupted }: { readonly strict?: boolean | undefined; readonly isInterrupted: boolean },
): ExitCode {
  if (isInterrupted) return EXIT.interrupted;
  if (report.items.failed > 0 || report.error !== undefined) return canPass(report) ? EXIT.tryAgain : EXIT.failed;
  if (report.items.aborted > 0 || report.items.held > 0 || report.outcome !== 'complete') return EXIT.tryAgain;
  return strict && report.totals.rejected > 0 ? EXIT.attention : EXIT.success;
}

/** Whether every failure is known, and is of a kind that passes by itself. */
function canPass({ reports, items, error }: RunReport): boolean {
  if (error !== undefined && !error.retryable) return false;
  const failed = reports.filter(({ outcome }: ItemReport) => outcome === 'failed');
  return failed.length === items.failed && failed.every((one) => one.error?.retryable === true);
}
