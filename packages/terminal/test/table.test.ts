import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, shorten } from '../src/display-width.ts';
import { printable, table, wrap } from '../src/index.ts';

describe('table', () => {
  it('aligns text left and numbers right', () => {
    const rows = [
      ['prices', 512004],
      ['stock', 9118],
    ];
    expect(table(rows, { head: ['feed', 'records'] })).toEqual([
      '  feed    records',
      '  prices  512,004',
      '  stock     9,118',
    ]);
  });

  it('keeps an empty cell of a column of numbers empty', () => {
    expect(
      table([
        ['a', 1],
        ['b', ''],
      ]),
    ).toEqual(['  a  1', '  b']);
  });

  it('cuts the widest text in its middle, never a number', () => {
    const [line] = table([['s3://drop/2026/11/28/a-rather-long-name.csv.gz', 1_000_000]], { width: 40 });
    expect(displayWidth(line!)).toBe(40);
    expect(line).toMatch(/^ {2}s3:\/\/.*….*\.csv\.gz {2}1,000,000$/);
  });

  it('never is wider than the terminal if its text can be cut', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat());
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
        for (const line of table(rows, { width: 60 })) expect(displayWidth(line)).toBeLessThanOrEqual(60);
      }),
    );
  });

  it('colors without changing the width', () => {
    const plain = table([[{ text: 'failed', style: 'bad' }, 3]]);
    const colored = table([[{ text: 'failed', style: 'bad' }, 3]], { color: true });
    expect(colored[0]).toContain('\u001B[31m');
    expect(displayWidth(colored[0]!)).toBe(displayWidth(plain[0]!));
  });
});

describe('printable', () => {
  it('shows what would move the cursor, ring, or turn text around', () => {
    expect(printable('a\u001B[2Jb\u0007\u202Ec\n\t\u009B')).toBe(String.raw`a\x1b[2Jb\x07\u202ec\n\t\x9b`);
  });

  it('leaves nothing that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u);
      }),
    );
  });
});

describe('width', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['\u001B[31mred\u001B[39m', 3],
    ['🙂', 2],
  ])('of %j is %d', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('is never passed by a shortened text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 30 }), (text, width) => {
        expect(displayWidth(shorten(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('breaks lines at spaces and keeps words whole', () => {
    expect(wrap('run s3://drop/a-long-key again', 12)).toEqual(['run', 's3://drop/a-long-key', 'again']);
  });
});
