import type { Ledger } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';
import { claimCases } from './ledger-cases/claim-cases.ts';
import { entryCases } from './ledger-cases/entry-cases.ts';
import { extentCases } from './ledger-cases/extent-cases.ts';
import { fenceCases } from './ledger-cases/fence-cases.ts';
import { createBench, type LedgerCase } from './ledger-cases/ledger-bench.ts';
import { listCases } from './ledger-cases/list-cases.ts';
import { restoredCases } from './ledger-cases/restored-cases.ts';
import { runCases } from './ledger-cases/run-cases.ts';
import { versionCases } from './ledger-cases/version-cases.ts';

export interface LedgerCasesOptions {
  /**
   * Makes the ledger; called for each case. It must go by the clock that it is given, in milliseconds since the epoch, which
   * a case moves on to let a lease run out. It need not be empty: each case has an object of its own.
   */
  readonly create: (now: () => number) => Ledger | Promise<Ledger>;
  /** Whether the ledger can be listed; what was written must then be listed at once. @default false */
  readonly lists?: boolean;
}

/**
 * Returns the cases that every ledger must pass, both called directly and by a feed's runs.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * for (const { name, run } of ledgerCases({ create })) it(name, run);
 */
export function ledgerCases(options: LedgerCasesOptions): readonly ConformanceCase[] {
  checkOptions('ledgerCases', options, { create: check.callback, lists: check.optional(check.flag) });
  const all: readonly LedgerCase[] = [
    ...claimCases('newest'),
    ...claimCases('all'),
    ...versionCases(),
    ...restoredCases,
    ...fenceCases(),
    ...entryCases,
    ...extentCases,
    ...runCases,
    ...(options.lists === true ? listCases : []),
  ];
  return all.map(({ name, clause, check: run }) => ({
    name,
    clause,
    run: async () => run(await createBench(options.create)),
  }));
}
