import { feed, memoryLedger, replay, type Rejection, type Source } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { keep, keepRejections, lines, numbered, type TextRef, textSource } from './fixtures.ts';

const through = (source: Source<TextRef, string> = textSource()) => feed('test').from(source).through(lines());

/** Names of members that are there, but hold nothing: not what `exactOptionalPropertyTypes` promises. */
const empty = (value: object): readonly string[] =>
  Object.entries(value).flatMap(([name, held]) => (held === undefined ? [name] : []));

describe('what a run does not know', () => {
  it('is no member of its report, nor of those of its objects', async () => {
    const report = await through()
      .to(keep<string>().sink)
      .run([numbered(1)]);
    expect([empty(report), ...report.reports.map(empty)]).toEqual([[], []]);
    expect(Object.keys(report.reports[0]!)).not.toContain('notes');
  });

  it('is no member of the report of an object that was never opened', async () => {
    const broken = { ...textSource(), open: () => Promise.reject(new Error('away')) };
    const report = await through(broken)
      .to(keep<string>().sink)
      .run([numbered(1)], { onFailure: 'report' });
    expect([empty(report), ...report.reports.map(empty)]).toEqual([[], []]);
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'SOURCE_FAILED' } });
    expect(Object.keys(report.reports[0]!)).not.toContain('origin');
  });

  it('is no member of a rejection, with or without a ledger', async () => {
    for (const options of [{}, { ledger: memoryLedger() }]) {
      const kept = keepRejections();
      await through()
        .to(keep<string>().sink)
        .run([{ name: 'x', chunks: ['0\nbad 1\n'] }], { ...options, quarantine: kept.sink });
      const [rejection] = kept.values();
      expect(empty({ ...rejection, details: 'absent' })).toEqual([]);
      expect('generation' in rejection!).toBe('ledger' in options);
    }
  });

  it('is no member of the report of a replay', async () => {
    const rejection: Rejection = {
      feed: 'test',
      run: 'run',
      item: { id: 'a', uri: 'u' },
      ordinal: 0,
      branch: '',
      stage: 'lines',
      code: 'X',
      message: 'x',
    };
    const report = await replay(through().to(keep<string>().sink), [rejection]);
    expect(report).toMatchObject({ tried: 1, rejected: 1 });
    expect([empty(report), 'value' in report.again[0]!]).toEqual([[], false]);
  });
});
