import { describe, expect, it } from 'vitest';
import type { Counts, ItemReport } from '@millrace/core';
import { type Output, terminal } from './terminal.ts';

function recorder(isTTY: boolean): { readonly output: Output; readonly text: () => string } {
  let text = '';
  return { output: { isTTY, write: (more) => void (text += more) }, text: () => text };
}

/** The counts that the progress line showed, one after another. */
function shown(text: string): readonly { readonly records: number; readonly done: number; readonly open: number }[] {
  return [...text.matchAll(/([\d,]+) records written; (\d+) objects done, (\d+) on/g)].map(
    ([, records, done, open]) => ({
      records: Number(records!.replaceAll(',', '')),
      done: Number(done),
      open: Number(open),
    }),
  );
}

/** Two deliveries of the same three objects, two of them side by side. Half a second goes by between two events. */
function carryTwice(output: Output): void {
  let time = 0;
  const { progress } = terminal(output, () => (time += 500));
  const { observer, begin, end } = progress;
  for (const run of ['first', 'second']) {
    const counts = (ref: string, written: number) => ({ feed: 'f', run, ref, counts: { written } as Counts });
    const report = (ref: string, written: number) => ({ feed: 'f', run, ref, written }) as ItemReport;
    begin();
    for (const written of [10, 500, 1000]) {
      observer.progress?.(counts('a', written));
      observer.progress?.(counts('b', written * 2));
    }
    observer.itemFinished?.(report('b', 2000));
    observer.progress?.(counts('c', 5));
    observer.itemFinished?.(report('a', 1200));
    observer.itemFinished?.(report('c', 7));
    end();
  }
}

describe('the progress line', () => {
  it('counts what a step writes, from 0 and never down, also for objects that are carried again', () => {
    const { output, text } = recorder(true);
    carryTwice(output);
    const steps = text()
      .split('\r\u001B[K\r')
      .map((part) => shown(part));
    expect(steps).toHaveLength(2);
    for (const step of steps) {
      expect(step.map(({ records }) => records)).toEqual([10, 30, 520, 1500, 2000, 3000, 3000, 3005, 3205, 3207]);
      expect(step.at(-1)).toEqual({ records: 3207, done: 3, open: 0 });
    }
    expect(text()).not.toContain('\n');
    expect(text().endsWith('\r\u001B[K')).toBe(true);
  });

  it('is not there without a terminal', () => {
    const { output, text } = recorder(false);
    carryTwice(output);
    expect(text()).toBe('');
  });

  it('changes ten times a second at most', () => {
    const { output, text } = recorder(true);
    let time = 0;
    const { observer, begin } = terminal(output, () => time).progress;
    begin();
    for (; time < 1000; time += 1) {
      observer.progress?.({ feed: 'f', run: 'r', ref: 'a', counts: { written: time } as Counts });
    }
    expect(shown(text()).map(({ records }) => records)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  });
});

describe('headings and tables', () => {
  it('hold no escape sequence without a terminal', () => {
    const { output, text } = recorder(false);
    const { heading, table } = terminal(output);
    heading('What arrived');
    table(
      ['object', 'read'],
      [
        ['a', 1234],
        ['long name', 7],
      ],
    );
    expect(text()).toBe(
      [
        '',
        'What arrived',
        '  object      read',
        '  ────────────────',
        '  a          1,234',
        '  long name      7',
        '',
      ].join('\n'),
    );
  });
});
