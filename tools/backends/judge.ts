import type { KnownFailure } from './known-failure.ts';
import type { TestResult } from './test-result.ts';

/** A known failure, and the tests that failed as it says. */
export interface Explained {
  readonly failure: KnownFailure;
  readonly results: readonly TestResult[];
}

/** Results held against the list of known failures. */
export interface Verdict {
  readonly passed: number;
  /** Failures that are the server's own. */
  readonly explained: readonly Explained[];
  /** Failures that are ours, or not known yet. */
  readonly unexplained: readonly TestResult[];
  /** Tests that the list names and that did not fail: `file: test`. */
  readonly fixed: readonly string[];
  /** Names and patterns on the list that no test has: `file: test`. */
  readonly missing: readonly string[];
}

/**
 * Separates failures that the list explains from those that it does not.
 *
 * @param failures the known failures of the backend that the results are from
 */
export function judge(results: readonly TestResult[], failures: readonly KnownFailure[]): Verdict {
  const failed = results.filter(({ status }) => status === 'failed');
  const explained = failures.map((failure) => ({
    failure,
    results: failed.filter((result) => explains(failure, result)),
  }));
  const known = new Set(explained.flatMap((entry) => entry.results));
  const listed = failures.flatMap(({ file, tests }) => tests.map((test) => ({ file, test })));
  const matches = listed.map(({ file, test }) => ({
    name: `${file}: ${String(test)}`,
    results: results.filter((result) => result.file === file && isNamed(test, result.test)),
  }));
  return {
    passed: results.filter(({ status }) => status === 'passed').length,
    explained: explained.filter((entry) => entry.results.length > 0),
    unexplained: failed.filter((result) => !known.has(result)),
    fixed: matches
      .filter((match) => match.results.length > 0 && match.results.every(({ status }) => status === 'passed'))
      .map(({ name }) => name),
    missing: matches.filter((match) => match.results.length === 0).map(({ name }) => name),
  };
}

function explains({ file, tests, message }: KnownFailure, result: TestResult): boolean {
  return result.file === file && message.test(result.message ?? '') && tests.some((test) => isNamed(test, result.test));
}

function isNamed(test: string | RegExp, name: string): boolean {
  return typeof test === 'string' ? test === name : test.test(name);
}
