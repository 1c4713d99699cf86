import type { ClaimRequest } from '../../ledger/ledger.ts';
import type { ItemReport } from '../../report.ts';
import { sumCounts } from '../../sum-counts.ts';

/** The report with which a claim that only held an object is given back; no ledger stores it. */
export function holdReport({ feed, object }: ClaimRequest, run: string): ItemReport {
  return {
    feed,
    run,
    ref: object,
    outcome: 'complete',
    watermark: 0,
    ...sumCounts([]),
    rejections: {},
    counters: {},
    startedAt: new Date().toISOString(),
    durationMs: 0,
  };
}
