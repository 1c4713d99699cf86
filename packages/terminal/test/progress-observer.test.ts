import { type ItemReport, sumCounts } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { displayWidth } from '../src/display-width.ts';
import { canRedraw, type ProgressObserver, progressObserver, wantsColor } from '../src/index.ts';

const ZERO = sumCounts([]);
const of = (ref: string) => ({ feed: 'prices', run: 'r', ref });
const done = (ref: string, more: Partial<ItemReport>): ItemReport => ({
  ...ZERO,
  ...of(ref),
  outcome: 'complete',
  watermark: 0,
  rejections: {},
  counters: {},
  startedAt: '',
  durationMs: 0,
  ...more,
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function screen(live: boolean, columns = 80): { readonly progress: ProgressObserver; readonly written: () => string } {
  let text = '';
  const output = { isTTY: live, columns, write: (more: string) => void (text += more) };
  const progress = progressObserver({ output, live, color: false, now: () => Date.now() });
  return {
    progress,
    written: () => {
      const all = text;
      text = '';
      return all;
    },
  };
}

describe('without a terminal', () => {
  it('writes one line every five seconds, and none after the run', () => {
    const { progress, written } = screen(false);
    progress.announce({ ref: 'a', bytes: 1000 });
    progress.announce({ ref: 'b', bytes: 3000 });
    progress.itemStarted(of('a'));
    progress.progress({ ...of('a'), counts: { ...ZERO, read: 50, written: 40, rejected: 2, bytesIn: 1000 } });
    vi.advanceTimersByTime(4999);
    expect(written()).toBe('');
    vi.advanceTimersByTime(1);
    expect(written()).toBe('0 of 2 objects · 40 written · 2 rejected · 8/s · 1.0 kB of 4.0 kB · 15 s left\n');
    progress.itemFinished(done('a', { outcome: 'failed', written: 40, rejected: 2, bytesIn: 1000 }));
    vi.advanceTimersByTime(5000);
    expect(written()).toBe(
      '1 of 2 objects · 40 written · 2 rejected · 1 failed · 4/s · 1.0 kB of 4.0 kB · 30 s left\n',
    );
    progress.runFinished({} as never);
    vi.advanceTimersByTime(60_000);
    expect(written()).toBe('');
  });

  it('estimates the time by objects if their sizes are not known, and not at all if they were not announced', () => {
    const known = screen(false);
    for (const ref of ['a', 'b', 'c']) known.progress.announce({ ref });
    known.progress.itemStarted(of('a'));
    known.progress.itemFinished(done('a', { written: 10 }));
    vi.advanceTimersByTime(5000);
    expect(known.written()).toBe('1 of 3 objects · 10 written · 2/s · 10 s left\n');
    const unknown = screen(false);
    unknown.progress.itemStarted(of('a'));
    vi.advanceTimersByTime(5000);
    expect(unknown.written()).toBe('0 objects done · 0 written\n');
  });
});

describe('on a terminal', () => {
  it('redraws a line for each object and one for the run, and removes them at the end', () => {
    const { progress, written } = screen(true);
    progress.announce({ ref: 's3://drop/a', bytes: 1000 });
    progress.itemStarted(of('s3://drop/a'));
    expect(written()).toBe(
      '  ▸ s3://drop/a               0 records  ▁▁▁▁▁▁▁▁▁▁   0 %\n  0 of 1 objects · 0 written · 0 B of 1.0 kB\n',
    );
    vi.setSystemTime(Date.now() + 2000);
    progress.progress({ ...of('s3://drop/a'), counts: { ...ZERO, read: 500, written: 400, bytesIn: 710 } });
    expect(written()).toBe(
      '\u001B[2A\r\u001B[J' +
        '  ▸ s3://drop/a               500 records  ▇▇▇▇▇▇▇▁▁▁  71 %  250/s\n' +
        '  0 of 1 objects · 400 written · 200/s · 710 B of 1.0 kB · 817 ms left\n',
    );
    progress.close();
    expect(written()).toBe('\u001B[2A\r\u001B[J');
    progress.progress({ ...of('s3://drop/a'), counts: ZERO });
    expect(written()).toBe('');
  });

  it('draws at most ten times a second', () => {
    const { progress, written } = screen(true);
    progress.itemStarted(of('a'));
    written();
    for (let at = 0; at < 50; at += 1) progress.progress({ ...of('a'), counts: { ...ZERO, read: at } });
    expect(written()).toBe('');
  });

  it('keeps each line within the terminal, whatever the names are', () => {
    for (const columns of [20, 40, 80]) {
      const { progress, written } = screen(true, columns);
      progress.itemStarted(of(`s3://bucket/${'日本'.repeat(80)}\u001B[2J`));
      for (let at = 0; at < 12; at += 1) progress.itemStarted(of(`object ${at}`));
      vi.advanceTimersByTime(1000);
      const drawn = written();
      const lines = drawn.slice(drawn.lastIndexOf('\u001B[J')).replace('\u001B[J', '').split('\n');
      expect(lines.some((line) => line.includes('… and 5 more'))).toBe(true);
      for (const line of lines) {
        expect(displayWidth(line)).toBeLessThan(columns);
        expect(line).not.toContain('\u001B');
      }
    }
  });
});

it('refuses an option that does not exist', () => {
  expect(() => progressObserver({ interval: 3 } as never)).toThrow(/no option "interval"/);
});

it.each([
  [{}, true, true, true],
  [{ NO_COLOR: '1' }, true, false, true],
  [{ NO_COLOR: '' }, true, true, true],
  [{ CI: 'true' }, true, true, false],
  [{ TERM: 'dumb' }, true, false, false],
  [{}, false, false, false],
  [{ FORCE_COLOR: '1' }, false, true, false],
  [{ FORCE_COLOR: '0' }, true, false, true],
] as const)('with %j and a terminal %s: colors %s, redraws %s', (env, isTTY, color, redraw) => {
  const output = { isTTY, write: () => {} };
  expect([wantsColor(output, env), canRedraw(output, env)]).toEqual([color, redraw]);
});
