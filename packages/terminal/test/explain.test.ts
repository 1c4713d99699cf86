import { MillraceError } from '@millrace/core';
import { expect, it } from 'vitest';
import { explain } from '../src/index.ts';

const truncated = (): MillraceError =>
  new MillraceError('GZIP_TRUNCATED', 'The gzip stream ends early. Ask the sender for a new copy.', {
    stage: 'gunzip',
    item: 's3://drop/a.gz',
    ordinal: 1200,
  });

it('says what happened, where, and what to do', () => {
  expect(explain(truncated())).toBe(
    [
      '✗ GZIP_TRUNCATED  The gzip stream ends early.',
      '  at s3://drop/a.gz, record 1,200, stage gunzip',
      '  Ask the sender for a new copy.',
    ].join('\n'),
  );
});

it('says that a problem passes, once', () => {
  const error = new MillraceError('S3_UNAVAILABLE', 'S3 did not respond.', { retryable: true });
  expect(explain(error)).toBe('✗ S3_UNAVAILABLE  S3 did not respond.\n  This can pass: run it again.');
  const said = new MillraceError('S3_UNAVAILABLE', 'S3 did not respond. Try again later.', { retryable: true });
  expect(explain(said).match(/again/g)).toHaveLength(1);
});

it('never prints a bare stack, also of a foreign error', () => {
  const text = explain(new TypeError('x is not a function'));
  expect(text).toBe('✗ TypeError: x is not a function');
});

it('adds details, causes and their places if asked, without content', () => {
  const error = new MillraceError('WRITE_FAILED', 'It failed.', {
    cause: new Error('socket closed'),
    details: { table: 'landing', content: { secret: 'sku' } },
  });
  const text = explain(error, { verbose: true });
  expect(text).toContain('details: {"table":"landing"}');
  expect(text).toContain('caused by socket closed');
  expect(text).toMatch(/^ +at .*explain\.test\.ts/m);
  expect(text).not.toContain('secret');
});

it('keeps within the width and shows control characters', () => {
  const error = new MillraceError('X_FAILED', `${'word '.repeat(40)}\u001B[2J`.trim());
  for (const line of explain(error, { width: 40 }).split('\n')) {
    expect(line.length).toBeLessThanOrEqual(40);
    expect(line).not.toContain('\u001B');
  }
});
