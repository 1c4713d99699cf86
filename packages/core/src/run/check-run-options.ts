import { check, checkOptions } from '../check-options.ts';
import { MillraceError } from '../millrace-error.ts';
import type { RunOptions } from '../run-options.ts';

/** @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` */
export function checkRunOptions(options: RunOptions): void {
  checkOptions('run', options, {
    signal: check.optional(check.object),
    deadline: check.optional(check.numeric(0)),
    graceMs: check.optional(check.integer(0)),
    concurrency: check.optional(check.integer(1, 10_000)),
    quarantine: check.optional(check.object),
    maxRejections: check.optional(check.object),
    ledger: check.optional(check.object),
    leaseMs: check.optional(check.integer(100)),
    clockSkewMs: check.optional(check.integer(0)),
    checkpointRecords: check.optional(check.integer(1)),
    versions: check.optional(check.oneOf('newest', 'all', 'replace')),
    allRejected: check.optional(check.oneOf('fail', 'accept')),
    expect: check.optional(check.object),
    observer: check.optional(check.object),
    keepReports: check.optional(check.integer(0)),
    onFailure: check.optional(check.oneOf('throw', 'report')),
  });
  checkOptions('run: maxRejections', options.maxRejections ?? {}, {
    count: check.optional(check.integer(0)),
    share: check.optional(check.numeric(0, 1)),
  });
  if (options.quarantine !== undefined && typeof options.quarantine.write !== 'function') {
    throw new MillraceError('OPTION_INVALID', 'run: option "quarantine" must be a sink of rejections.');
  }
  if (options.versions === 'replace' && options.ledger === undefined) {
    throw new MillraceError(
      'OPTION_INVALID',
      "run: versions: 'replace' needs a ledger, which knows how far each version was written.",
    );
  }
  if (options.ledger !== undefined && typeof options.ledger.claim !== 'function') {
    throw new MillraceError('OPTION_INVALID', 'run: option "ledger" must be a ledger.');
  }
}
