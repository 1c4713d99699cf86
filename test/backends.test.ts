import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judge } from '../tools/backends/judge.ts';
import type { KnownFailure } from '../tools/backends/known-failure.ts';
import { knownFailures } from '../tools/backends/known-failures.ts';
import { suitesFor } from '../tools/backends/suites.ts';
import type { TestResult } from '../tools/backends/test-result.ts';

const file = 'packages/dynamodb/test/sink.test.ts';
const known: KnownFailure = {
  backend: 'moto',
  file,
  tests: ['a batch is put', /^an item of \d+ KB is taken$/],
  message: /expected 1 to be 25/,
  request: 'BatchWriteItem',
  response: '1',
  expected: '25',
  source: 'https://docs.aws.amazon.com/',
};
const failed = (test: string, message = 'AssertionError: expected 1 to be 25'): TestResult => ({
  file,
  test,
  status: 'failed',
  message,
});
const passed = (test: string): TestResult => ({ file, test, status: 'passed' });

describe('a verdict on results', () => {
  it('explains failures that the list names, by name and by pattern', () => {
    const results = [failed('a batch is put'), failed('an item of 400 KB is taken'), passed('another')];
    expect(judge(results, [known])).toEqual({
      passed: 1,
      explained: [{ failure: known, results: results.slice(0, 2) }],
      unexplained: [],
      fixed: [],
      missing: [],
    });
  });

  it.each<[string, TestResult]>([
    ['another test', failed('another')],
    ['another error', failed('a batch is put', 'TypeError: x is not a function')],
    ['another file', { ...failed('a batch is put'), file: 'packages/s3/test/sink.test.ts' }],
    ['a hook', failed('(the file)')],
  ])('does not explain the failure of %s', (_, result) => {
    const verdict = judge([result, passed('an item of 1 KB is taken')], [known]);
    expect(verdict).toMatchObject({ explained: [], unexplained: [result] });
  });

  it('reports what passes although it is on the list, and what no test has', () => {
    expect(judge([passed('a batch is put')], [known])).toMatchObject({
      explained: [],
      fixed: [`${file}: a batch is put`],
      missing: [`${file}: /^an item of \\d+ KB is taken$/`],
    });
  });

  it('takes a pattern as known as long as one of its tests fails', () => {
    const results = [
      failed('a batch is put'),
      failed('an item of 400 KB is taken'),
      passed('an item of 1 KB is taken'),
    ];
    expect(judge(results, [known])).toMatchObject({ unexplained: [], fixed: [], missing: [] });
  });
});

describe('the list of known failures', () => {
  it('names files that are there', () => {
    const files = knownFailures.map((failure) => failure.file);
    expect(files.filter((name) => !existsSync(new URL(`../${name}`, import.meta.url)))).toEqual([]);
  });
});

describe('the suites of a service', () => {
  it('are of the packages that test with its client, and not of the local servers', () => {
    expect(suitesFor(['s3'])).toEqual(expect.arrayContaining(['s3', 'parquet', 'lambda-adapter']));
    expect(suitesFor(['dynamodb'])).toEqual(expect.arrayContaining(['dynamodb', 'lambda-adapter']));
    expect(suitesFor(['dynamodb'])).not.toContain('s3');
    expect(suitesFor(['s3', 'dynamodb'])).not.toContain('local');
  });
});
