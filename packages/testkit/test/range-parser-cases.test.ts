import { MillraceError, type RangeParser } from '@millrace/core';
import type { ItemRanges, RangesContext } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { rangeParserCases, runRangeParser } from '../src/index.ts';
import { failingClauses } from './failing.ts';

type Open = (content: ItemRanges, context: RangesContext) => Promise<void> | void;

/** A count at the end, in one byte, and so many bytes before it, whose sum stands before the count; 255 is rejected. */
function sums(
  change: {
    readonly open?: Open;
    readonly skip?: (settled: number) => number;
    readonly from?: (skipped: number) => number;
    readonly failed?: (error: unknown) => unknown;
    readonly checks?: boolean;
    readonly columns?: (settled: number) => readonly string[];
  } = {},
): RangeParser<number> {
  const { skip = (settled) => settled, from = (skipped) => skipped, checks = true } = change;
  const invalid = (): MillraceError => new MillraceError('SUMS_INVALID', 'This is no list of numbers.');
  return {
    kind: 'range-parser',
    name: 'sums',
    ...(change.columns && { reportsColumns: true }),
    open: async (content, context) => {
      if (content.size < 2) throw invalid();
      await change.open?.(content, context);
      const read = (start: number, length: number): Promise<Uint8Array> =>
        content.read(start, length).catch((error: unknown) => Promise.reject(change.failed?.(error) ?? error));
      const [sum, count] = (await read(content.size - 2, 2)) as unknown as [number, number];
      if (checks && count !== content.size - 2) throw invalid();
      const all = await read(0, count);
      if (checks && all.reduce((one, other) => (one + other) & 255, count) !== sum) throw invalid();
      if (change.columns !== undefined) context.reportColumns!(change.columns(context.settled));
      const skipped = skip(context.settled);
      return {
        skipped,
        outputs: async function* () {
          for (const number of all.subarray(from(skipped)))
            yield number === 255 ? context.reject({ code: 'TOO_MANY', message: 'too many', raw: '255' }) : number;
        },
      };
    },
  };
}

const list = (...numbers: number[]): Uint8Array =>
  Uint8Array.of(
    ...numbers,
    numbers.reduce((one, other) => (one + other) & 255, numbers.length),
    numbers.length,
  );

const casesOf = (create: () => RangeParser<number>) =>
  rangeParserCases({
    create,
    samples: [
      { name: 'empty', input: list(), outputs: [] },
      { name: 'usual', input: list(3, 1, 2, 7, 9), outputs: [3, 1, 2, 7, 9], rejections: [] },
      { name: 'bad', input: list(3, 255, 2), outputs: [3, 2], rejections: ['TOO_MANY'] },
      { name: 'damaged', input: Uint8Array.of(9, 9, 9), error: 'SUMS_INVALID' },
    ],
  });

describe('a codec of ranges that keeps the contract', () => {
  for (const { clause, name, run } of casesOf(sums)) it(`${clause} ${name}`, run);
});

describe('a codec of ranges that breaks the contract fails the cases of what it breaks', () => {
  let opened = 0;
  const last: number[] = [];
  it.each<[string, () => RangeParser<number>, readonly string[]]>([
    ['forgets what it leaves out', () => sums({ from: () => 0 }), ['3.12']],
    [
      'leaves out too much',
      () => sums({ skip: (settled) => settled + 1 }),
      ['3.12', '3.13', '3.17', '3.2', '3.6', '3.7'],
    ],
    ['hides what the source said', () => sums({ failed: () => new MillraceError('SUMS_FAILED', 'failed') }), ['3.13']],
    ['takes what is cut short', () => sums({ checks: false }), ['3.4']],
    [
      'keeps something between items',
      () => sums({ from: (skipped) => (last.push(1) > 1 ? skipped + ((opened += 1) % 2) : skipped) }),
      ['3.12', '3.2', '3.6'],
    ],
    [
      'throws what has no code',
      () =>
        sums({
          open: async ({ read, size }) => {
            if ((await read(size - 1, 1))[0] !== size - 2) throw new RangeError('length');
          },
        }),
      ['3.4'],
    ],
  ])('%s', async (_, create, clauses) => {
    expect(await failingClauses(casesOf(create))).toEqual(clauses.toSorted());
  });
});

it('columns that depend on where it resumes, or are not those of the sample, are found out', async () => {
  const casesWith = (columns: (settled: number) => readonly string[]) =>
    rangeParserCases({
      create: () => sums({ columns }),
      samples: [{ name: 'usual', input: list(3, 1), columns: ['number'] }],
    });
  expect(await failingClauses(casesWith(() => ['number']))).toEqual([]);
  expect(await failingClauses(casesWith(() => ['sum']))).toEqual(['3.17']);
  expect(await failingClauses(casesWith((settled) => (settled > 0 ? [] : ['number'])))).toEqual(['3.17']);
});

describe('runRangeParser', () => {
  it('tells what was emitted, left out and asked for', async () => {
    const run = await runRangeParser(sums(), list(1, 255, 3), { settled: 1 });
    expect(run).toMatchObject({ values: [3], skipped: 1, rejections: [{ ordinal: 0, code: 'TOO_MANY' }] });
    expect(run.reads).toEqual([
      { start: 3, length: 2 },
      { start: 0, length: 3 },
    ]);
  });

  it('refuses ranges beyond the content, and records left out that are not settled', async () => {
    const open: Open = async ({ read, size }) => void (await read(size, 1));
    await expect(runRangeParser(sums({ open }), list(1))).rejects.toMatchObject({ code: 'RANGE_INVALID' });
    const skip = (): number => 1;
    await expect(runRangeParser(sums({ skip }), list(1))).rejects.toMatchObject({ code: 'CODEC_CONTRACT' });
  });
});

it('refuses options that it does not know, and no samples', () => {
  const refused = (options: object) => () => rangeParserCases({ create: sums, samples: [], ...options });
  expect(refused({})).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  expect(refused({ chunk: 1 })).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
});
