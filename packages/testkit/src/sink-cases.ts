import { check, checkOptions } from '@millrace/core/plugin';
import type { ConformanceCase } from './conformance-case.ts';
import { acceptanceCases } from './sink-cases/acceptance-cases.ts';
import { failureCases } from './sink-cases/failure-cases.ts';
import { repetitionCases } from './sink-cases/repetition-cases.ts';
import { retireCases } from './sink-cases/retire-cases.ts';
import type { SinkBench, SinkCasesOptions, SinkSupports } from './sink-cases/sink-bench.ts';
import { createStand, type SinkStand } from './sink-cases/sink-stand.ts';

/**
 * Returns the cases that every sink must pass. A case writes up to 1,000 records.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * for (const { name, run } of sinkCases({ create, record, supports })) it(name, run);
 */
export function sinkCases<T>(options: SinkCasesOptions<T>): readonly ConformanceCase[] {
  checkSinkCases('sinkCases', options);
  const { supports } = options;
  return [...acceptanceCases, ...repetitionCases, ...failureCases, ...retireCases]
    .filter(({ needs }) => needs === undefined || supports[needs])
    .map(({ name, clause, check: test }) => ({ name, clause, run: () => onStand(options, test) }));
}

/** Runs a test on a sink made for it, and closes and removes all of it. */
export async function onStand<T>(
  options: SinkCasesOptions<T>,
  test: (stand: SinkStand<T>) => Promise<void>,
): Promise<void> {
  const bench: SinkBench<T> = await options.create();
  let closing: Promise<void> | undefined;
  // A runner closes a sink once; a case may do so before its end.
  const close = (): Promise<void> => (closing ??= (async () => bench.sink.close?.())());
  try {
    await test(createStand({ ...bench, sink: { ...bench.sink, close } }, options));
  } finally {
    await close();
    await bench.close?.();
  }
}

export function checkSinkCases<T>(owner: string, options: SinkCasesOptions<T>): void {
  const { supports } = options;
  checkOptions(owner, options, {
    create: check.callback,
    record: check.callback,
    supports: check.object,
    refused: supports?.refusals ? check.object : check.optional(check.object),
    keyed: check.optional(check.callback),
  });
  checkOptions<SinkSupports>('supports', supports, {
    refusals: check.flag,
    groups: check.flag,
    mixedItems: check.flag,
    shared: check.flag,
    outages: check.flag,
  });
}
