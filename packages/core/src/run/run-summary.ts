import type { MillraceError } from '../millrace-error.ts';
import type { Counts, ItemOutcome, ItemReport, RunReport } from '../report.ts';
import { sumCounts } from '../sum-counts.ts';

export interface RunSummaryOptions {
  readonly feed: string;
  readonly run: string;
  readonly keepReports: number;
}

/** Adds up item reports into the run's, in bounded memory. */
export class RunSummary {
  readonly #options: RunSummaryOptions;
  readonly #started: number = Date.now();
  readonly #items: Record<ItemOutcome, number> = {
    complete: 0,
    duplicate: 0,
    stale: 0,
    skipped: 0,
    held: 0,
    aborted: 0,
    failed: 0,
  };
  readonly #done: ItemReport[] = [];
  readonly #undone: ItemReport[] = [];
  #totals: Counts = sumCounts([]);

  constructor(options: RunSummaryOptions) {
    this.#options = options;
  }

  add(report: ItemReport): void {
    this.#items[report.outcome] += 1;
    this.#totals = sumCounts([this.#totals, report]);
    const kept = isDone(report.outcome) ? this.#done : this.#undone;
    if (kept.length < this.#options.keepReports) kept.push(report);
  }

  /**
   * @param stopped whether the run was stopped before its references came to their end
   * @param error why the references could not be listed to their end
   */
  report(stopped: boolean, error: MillraceError | undefined, observerErrors: number): RunReport {
    const { feed, run, keepReports } = this.#options;
    const { aborted, held, failed } = this.#items;
    const count = Object.values(this.#items).reduce((left, right) => left + right, 0);
    const reports = [...this.#undone, ...this.#done].slice(0, keepReports);
    return {
      feed,
      run,
      outcome: outcomeOf(failed > 0 || error !== undefined, aborted > 0 || stopped, held > 0),
      totals: this.#totals,
      items: { ...this.#items },
      reports,
      reportsOmitted: count - reports.length,
      observerErrors,
      startedAt: new Date(this.#started).toISOString(),
      durationMs: Date.now() - this.#started,
      ...(error && { error }),
    };
  }
}

function outcomeOf(failed: boolean, aborted: boolean, held: boolean): RunReport['outcome'] {
  if (failed) return 'failed';
  if (aborted) return 'aborted';
  return held ? 'held' : 'complete';
}

function isDone(outcome: ItemOutcome): boolean {
  return outcome === 'complete' || outcome === 'duplicate' || outcome === 'stale' || outcome === 'skipped';
}
