import { equivalentOf } from './equivalent.ts';
import type { Mutant } from './find-mutants.ts';
import type { TestRunner } from './test-runner.ts';

/** What became of the mutants of an area. */
export interface Tally {
  readonly mutants: number;
  /** A test failed. */
  readonly killed: number;
  /** The tests came to no end, or an error outside any test ended them. Counts as noticed, like `killed`. */
  readonly ended: number;
  /** Survivors that are listed as equivalent. */
  readonly equivalent: number;
  /** All other survivors. */
  readonly survived: number;
  /** Part of the mutants that are not equivalent which the tests noticed. */
  readonly rate: number;
}

/** Runs the tests against each mutant and prints what became of it. */
export async function judgeMutants(mutants: readonly Mutant[], runner: TestRunner): Promise<Tally> {
  const counts = { killed: 0, ended: 0, equivalent: 0, survived: 0 };
  for (const mutant of mutants) {
    const verdict = await runner.judge(mutant.file, mutant.content);
    const equivalent = verdict.outcome === 'survived' ? equivalentOf(mutant) : undefined;
    const outcome = equivalent === undefined ? verdict.outcome : 'equivalent';
    counts[outcome] += 1;
    const { file, line, kind, before, after } = mutant;
    const by = verdict.outcome === 'survived' ? (equivalent?.reason ?? '') : verdict.by;
    console.log(`${outcome} ${file}:${line} ${kind}\n    - ${before}\n    + ${after}\n    ${by}`);
  }
  const real = mutants.length - counts.equivalent;
  return { mutants: mutants.length, ...counts, rate: real === 0 ? 1 : (real - counts.survived) / real };
}
