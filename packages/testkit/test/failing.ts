import { AssertionError } from 'node:assert';
import type { ConformanceCase } from '../src/index.ts';

/** Clause and name of the cases that fail. */
async function failing(cases: readonly ConformanceCase[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { clause, name, run } of cases) {
    try {
      await run();
    } catch (error) {
      // What the kit finds out is an assertion, or what the plugin itself has thrown; never a mistake of the kit.
      if (!(error instanceof AssertionError) && error instanceof TypeError) throw error;
      failed.push(`${clause} ${name}`);
    }
  }
  return failed;
}

/** The clauses of the cases that fail, each once. */
export async function failingClauses(cases: readonly ConformanceCase[]): Promise<readonly string[]> {
  return [...new Set((await failing(cases)).map((one) => one.split(' ', 1)[0]!))].toSorted();
}
