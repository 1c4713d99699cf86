import { MillraceError } from './millrace-error.ts';
import type { RunReport } from './report.ts';

/**
 * One item or more of a run failed, or the references could not be listed. The other items are done; `report` tells of
 * each. The cause is the first failure.
 */
export class RunFailedError extends MillraceError {
  readonly report: RunReport;

  constructor(report: RunReport) {
    const first = report.reports.find(({ outcome }) => outcome === 'failed');
    const { failed } = report.items;
    const what =
      failed > 0
        ? `${failed} item${failed === 1 ? '' : 's'} failed, first ${first?.ref ?? 'one whose report was not kept'}`
        : 'the references could not be listed to their end';
    const cause = first?.error ?? report.error;
    super('RUN_FAILED', `Feed ${report.feed}: ${what}: ${cause?.code ?? ''}: ${cause?.message ?? ''}`, { cause });
    this.report = report;
  }
}
