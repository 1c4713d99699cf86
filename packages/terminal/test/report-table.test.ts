import { type ItemReport, MillraceError, type RunReport, sumCounts } from '@millrace/core';
import { expect, it } from 'vitest';
import { equation, reportTable } from '../src/index.ts';

const ZERO = sumCounts([]);

function item(ref: string, more: Partial<ItemReport> = {}): ItemReport {
  return {
    ...ZERO,
    feed: 'prices',
    run: 'r',
    ref,
    outcome: 'complete',
    watermark: 0,
    rejections: {},
    counters: {},
    startedAt: '2026-11-28T06:00:00.000Z',
    durationMs: 1900,
    ...more,
  };
}

function run(reports: readonly ItemReport[], more: Partial<RunReport> = {}): RunReport {
  const of = (outcome: ItemReport['outcome']): number => reports.filter((one) => one.outcome === outcome).length;
  return {
    feed: 'prices',
    run: 'r',
    outcome: of('failed') > 0 ? 'failed' : 'complete',
    totals: sumCounts(reports),
    items: {
      complete: of('complete'),
      duplicate: of('duplicate'),
      stale: of('stale'),
      skipped: of('skipped'),
      held: of('held'),
      aborted: of('aborted'),
      failed: of('failed'),
    },
    reports,
    reportsOmitted: 0,
    observerErrors: 0,
    startedAt: '2026-11-28T06:00:00.000Z',
    durationMs: 4400,
    ...more,
  };
}

const failed = item('s3://drop/b.gz', {
  outcome: 'failed',
  error: new MillraceError('GZIP_TRUNCATED', 'The gzip stream ends early. Ask the sender for a new copy.'),
});

it('shows failures first, with reason and advice, and adds up', () => {
  const good = item('s3://drop/a.gz', { read: 9120, written: 9118, rejected: 2 });
  expect(reportTable(run([good, failed]))).toBe(
    [
      '     object           read  written  rejected  time',
      '  ✗  s3://drop/b.gz                            1.9 s',
      '       GZIP_TRUNCATED The gzip stream ends early.',
      '       Ask the sender for a new copy.',
      '  ✓  s3://drop/a.gz  9,120    9,118         2  1.9 s',
      '  2 objects: 1 complete, 1 failed · 9,120 read = 9,118 written + 2 rejected ·',
      '  4.4 s',
    ].join('\n'),
  );
});

it('tells where an unfinished object resumes', () => {
  const text = reportTable(
    run([item('a', { outcome: 'aborted', read: 70, written: 50, unsettled: 20, watermark: 50 })]),
  );
  expect(text).toContain('stopped, resumes at record 50');
  expect(text).toContain('70 read = 50 written + 20 unsettled');
});

it('keeps to one screen and tells what it leaves out', () => {
  const many = Array.from({ length: 50 }, (_, at) => item(`s3://drop/${at}`, { read: 1, written: 1 }));
  const lines = reportTable(run([...many, failed], { reportsOmitted: 7 }), { objects: 5 }).split('\n');
  expect(lines).toHaveLength(1 + 5 + 2 + 1 + 1);
  expect(lines[1]).toContain('✗  s3://drop/b.gz');
  expect(lines).toContain('  … and 53 more objects');
});

it('shows a run without objects, and a listing that failed', () => {
  expect(reportTable(run([]))).toBe('  0 objects · 0 read = 0 written · 4.4 s');
  const error = new MillraceError('S3_ACCESS_DENIED', 'Listing is not allowed.');
  expect(reportTable(run([], { error }))).toContain('✗ S3_ACCESS_DENIED Listing is not allowed.');
});

it('writes the terms of the equation that are not zero', () => {
  expect(equation({ ...ZERO, read: 10, expanded: 5, written: 12, dropped: 3 })).toBe(
    '10 read + 5 expanded = 12 written + 3 dropped',
  );
});
