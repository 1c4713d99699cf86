import { MillraceError } from './millrace-error.ts';
import type { RunReport } from './report.ts';

/**
 * One item or more of a run failed. The others are done; `report` tells of each. The cause is the first failure.
 */
export class RunFailedError extends MillraceError {
  readonly report: RunReport;

  constructor(report: RunReport) {
    const first = report.reports.find(({ outcome }) => outcome === 'failed');
    const { failed } = report.items;
    super(
      'RUN_FAILED',
      `Feed ${report.feed}: ${failed} item${failed === 1 ? '' : 's'} failed, first ${first?.ref ?? 'unknown'}: ` +
        `${first?.error?.code ?? 'unknown'}: ${first?.error?.message ?? ''}`,
      { cause: first?.error },
    );
    this.report = report;
  }
}
