import type { LedgerEntry } from '../ledger/ledger-entry.ts';
import type { ListedEntry } from '../ledger/listed-entry.ts';
import { sumCounts } from '../sum-counts.ts';
import type { AuditFinding, AuditReport, AuditStatus } from './audit-report.ts';
import type { ObjectStatus } from './object-status.ts';
import { optional } from './status.ts';

interface SumsOptions {
  readonly feed: { readonly name: string };
  readonly from: Date;
  readonly until?: Date;
  readonly keepFindings?: number;
  readonly onFinding?: (finding: AuditFinding) => void;
}

/** Adds up what an audit finds. */
export class AuditSums {
  readonly #options: SumsOptions;
  readonly #statuses: Record<AuditStatus, number> = {
    done: 0,
    unfinished: 0,
    failed: 0,
    held: 0,
    stale: 0,
    missing: 0,
  };
  readonly #findings: AuditFinding[] = [];
  #findingsOmitted = 0;
  #listed = 0;
  #unlisted = 0;
  #withRejections = 0;
  #rejected = 0;
  #records = sumCounts([]);

  constructor(options: SumsOptions) {
    this.#options = options;
  }

  /** Counts a version that arrived. */
  count(status: AuditStatus, listed: boolean): void {
    this.#statuses[status] += 1;
    if (listed) this.#listed += 1;
    else this.#unlisted += 1;
  }

  /** Counts the records of a version that arrived. */
  addRecords({ report, rejected, state }: LedgerEntry | ListedEntry): void {
    if (report !== undefined) this.#records = sumCounts([this.#records, report]);
    this.#rejected += rejected;
    if (state === 'complete' && rejected > 0) this.#withRejections += 1;
  }

  /** Counts a version and its records, and keeps it as a finding unless it is done or stale. */
  add(entry: LedgerEntry | ListedEntry, status: ObjectStatus, listed: boolean): void {
    this.count(status, listed);
    this.addRecords(entry);
    if (status !== 'done' && status !== 'stale') this.#keep({ object: entry.object, status, listed, entry });
  }

  missing(finding: AuditFinding & { readonly status: 'missing' }): void {
    this.count('missing', true);
    this.#keep(finding);
  }

  report(): AuditReport {
    const { feed, from, until } = this.#options;
    const arrived = this.#listed + this.#unlisted;
    const { done, stale } = this.#statuses;
    return {
      feed: feed.name,
      from: from.toISOString(),
      ...optional({ until: until?.toISOString() }),
      complete: done + stale === arrived,
      arrived,
      statuses: this.#statuses,
      listed: this.#listed,
      unlisted: this.#unlisted,
      withRejections: this.#withRejections,
      records: this.#records,
      rejected: this.#rejected,
      findings: this.#findings,
      findingsOmitted: this.#findingsOmitted,
    };
  }

  #keep(finding: AuditFinding): void {
    const { keepFindings = 1000, onFinding } = this.#options;
    onFinding?.(finding);
    if (this.#findings.length < keepFindings) this.#findings.push(finding);
    else this.#findingsOmitted += 1;
  }
}
