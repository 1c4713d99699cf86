import type { MillraceError } from '../millrace-error.ts';
import type { Counts, ItemOutcome, ItemReport, RunReport } from '../report.ts';
import { NO_COUNTS, sum } from './tally.ts';

export interface RunSummaryOptions {
  readonly feed: string;
  readonly run: string;
  readonly keepReports: number;
}

/** Adds up item reports into the run's, in bounded memory. */
export class RunSummary {
  readonly #options: RunSummaryOptions;
  readonly #started: number = Date.now();
  readonly #items: Record<ItemOutcome, number> = { complete: 0, aborted: 0, failed: 0 };
  readonly #complete: ItemReport[] = [];
  readonly #incomplete: ItemReport[] = [];
  #totals: Counts = NO_COUNTS;

  constructor(options: RunSummaryOptions) {
    this.#options = options;
  }

  add(report: ItemReport): void {
    this.#items[report.outcome] += 1;
    this.#totals = sum(this.#totals, report);
    const kept = report.outcome === 'complete' ? this.#complete : this.#incomplete;
    if (kept.length < this.#options.keepReports) kept.push(report);
  }

  /**
   * @param stopped whether the run was stopped before its references came to their end
   * @param error why the references could not be listed to their end
   */
  report(stopped: boolean, error: MillraceError | undefined, observerErrors: number): RunReport {
    const { feed, run, keepReports } = this.#options;
    const { complete, aborted, failed } = this.#items;
    const reports = [...this.#incomplete, ...this.#complete].slice(0, keepReports);
    return {
      feed,
      run,
      outcome: failed > 0 || error !== undefined ? 'failed' : aborted > 0 || stopped ? 'aborted' : 'complete',
      totals: this.#totals,
      items: { ...this.#items },
      reports,
      reportsOmitted: complete + aborted + failed - reports.length,
      observerErrors,
      startedAt: new Date(this.#started).toISOString(),
      durationMs: Date.now() - this.#started,
      ...(error && { error }),
    };
  }
}
