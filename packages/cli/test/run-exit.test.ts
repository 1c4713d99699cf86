import { type ItemReport, MillraceError, type RunReport } from '@millrace/core';
import { expect, it } from 'vitest';
import { exitOfRun } from '../src/run/run-exit.ts';

type Outcomes = Partial<RunReport['items']>;

function report(items: Outcomes, more: Partial<RunReport> = {}): RunReport {
  const none = { complete: 0, duplicate: 0, stale: 0, skipped: 0, held: 0, aborted: 0, failed: 0 };
  return {
    outcome: 'complete',
    items: { ...none, ...items },
    totals: { rejected: 0 },
    reports: [],
    ...more,
  } as RunReport;
}

const failed = (retryable: boolean): ItemReport =>
  ({ outcome: 'failed', error: new MillraceError('X_FAILED', 'x', { retryable }) }) as ItemReport;
const calm = { isInterrupted: false };

it.each([
  [0, report({ complete: 3, duplicate: 1, stale: 1, skipped: 1 })],
  [1, report({ failed: 1 }, { outcome: 'failed', reports: [failed(false)] })],
  [1, report({ failed: 2 }, { outcome: 'failed', reports: [failed(true), failed(false)] })],
  [1, report({ failed: 2 }, { outcome: 'failed', reports: [failed(true)] })],
  [4, report({ failed: 1 }, { outcome: 'failed', reports: [failed(true)] })],
  [4, report({ held: 1, complete: 2 }, { outcome: 'held' })],
  [4, report({ aborted: 1 }, { outcome: 'aborted' })],
  [4, report({}, { outcome: 'aborted' })],
  [1, report({}, { outcome: 'failed', error: new MillraceError('REFS_FAILED', 'x') })],
  [4, report({}, { outcome: 'failed', error: new MillraceError('S3_UNAVAILABLE', 'x', { retryable: true }) })],
])('%d', (code, given) => {
  expect(exitOfRun(given, calm)).toBe(code);
  expect(exitOfRun(given, { isInterrupted: true })).toBe(130);
});

it('needs a person for rejections if it is strict', () => {
  const rejected = report({ complete: 1 }, { totals: { rejected: 2 } as RunReport['totals'] });
  expect(exitOfRun(rejected, calm)).toBe(0);
  expect(exitOfRun(rejected, { ...calm, strict: true })).toBe(3);
});
