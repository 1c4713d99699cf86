import type { MaybePromise } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';
import type { Cuttable } from './cut.ts';
import { contentCases } from './source-cases/content-cases.ts';
import { identityCases } from './source-cases/identity-cases.ts';
import { lifetimeCases } from './source-cases/lifetime-cases.ts';
import { rangesCases } from './source-cases/ranges-cases.ts';
import type { SourceBench, SourceSupports } from './source-cases/source-bench.ts';

export interface SourceCasesOptions<Ref, T extends Cuttable> {
  /** Makes a source with a place of its own, and the means to disturb it; called for each case. */
  readonly create: () => MaybePromise<SourceBench<Ref, T>>;
  /** What the source says of itself; cases that need what it does not support are left out. */
  readonly supports: SourceSupports;
}

/**
 * Returns the cases that every source must pass. Objects contain printable ASCII, up to 8 MiB; chunks may be bytes or text.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * for (const { name, run } of sourceCases({ create, supports })) it(name, run);
 */
export function sourceCases<Ref, T extends Cuttable>(options: SourceCasesOptions<Ref, T>): readonly ConformanceCase[] {
  checkOptions('sourceCases', options, { create: check.callback, supports: check.object });
  const { create, supports } = options;
  checkOptions('supports', supports, {
    pinned: check.flag,
    listing: check.flag,
    breaks: check.flag,
    holds: check.flag,
    ranges: check.optional(check.flag),
  });
  return [...identityCases, ...contentCases, ...lifetimeCases, ...rangesCases]
    .filter(({ needs = [] }) => [needs].flat().every((need) => supports[need] === true))
    .map(({ name, clause, check: test }) => ({
      name,
      clause,
      run: async () => {
        const bench = await create();
        try {
          await test(bench);
        } finally {
          await bench.source.close?.();
          await bench.close?.();
        }
      },
    }));
}
