import {
  type Decompressor,
  feed,
  memoryLedger,
  type Parser,
  type RangedSource,
  type RangeParser,
  type Source,
} from '@millrace/core';
import { block, type ItemRanges, part, type RangesContext } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { keep, keepRejections } from './fixtures.ts';

interface TextRef {
  readonly text: string;
}

interface RangedText {
  readonly source: RangedSource<TextRef, Uint8Array>;
  readonly asked: [number, number][];
  readonly events: string[];
}

/** Texts of one-byte characters, read by ranges; `before` may throw, wait, or answer other bytes. */
function rangedText(before: (start: number) => unknown = () => undefined): RangedText {
  const asked: [number, number][] = [];
  const events: string[] = [];
  const origin = { id: 'text:a', uri: 'text:a' };
  return {
    asked,
    events,
    source: {
      name: 'text',
      describe: () => 'text:a',
      open: async () => {
        events.push('open');
        return { origin, chunks: async function* () {} };
      },
      openRanges: async ({ text }) => {
        events.push('openRanges');
        return {
          origin,
          size: text.length,
          read: async (start, length, { count }) => {
            asked.push([start, length]);
            count('requests');
            return ((await before(start)) as Uint8Array) ?? Buffer.from(text.slice(start, start + length));
          },
          close: () => void events.push('close'),
        };
      },
    },
  };
}

const WIDTH = 4;

/** Records of four characters, numbers mostly, asked for one by one; `bad!` is rejected. It leaves out what `skip` says. */
function numbers(
  options: {
    readonly skip?: (settled: number) => number;
    readonly open?: (content: ItemRanges, context: RangesContext) => Promise<void>;
  } = {},
): RangeParser<string> {
  const { skip = (settled) => settled } = options;
  return {
    kind: 'range-parser',
    name: 'numbers',
    open: async (content, context) => {
      await options.open?.(content, context);
      const skipped = skip(context.settled);
      return {
        skipped,
        outputs: async function* () {
          for (let start = skipped * WIDTH; start < content.size; start += WIDTH) {
            const raw = Buffer.from(await content.read(start, WIDTH)).toString();
            const bad = { code: 'BAD_NUMBER', message: 'a bad number', raw };
            yield raw === 'bad!' ? context.reject(bad) : raw;
          }
        },
      };
    },
  };
}

const text = (count: number): string =>
  Array.from({ length: count }, (_, index) => String(index).padStart(WIDTH, '0')).join('');

describe('a parser that reads ranges', () => {
  it('gets them from an item that is opened for it, and its records are numbered and counted', async () => {
    const { source, asked, events } = rangedText();
    const kept = keep<string>();
    const quarantine = keepRejections();
    const report = await feed('t')
      .from(source)
      .through(numbers())
      .to(kept.sink)
      .run([{ text: '0000bad!0002' }], { quarantine: quarantine.sink, maxRejections: { share: 1 } });
    expect(kept.entries.map(({ ordinal, value }) => [ordinal, value])).toEqual([
      [0, '0000'],
      [2, '0002'],
    ]);
    expect(quarantine.values()).toMatchObject([{ ordinal: 1, code: 'BAD_NUMBER', raw: 'bad!' }]);
    expect(report.totals).toMatchObject({ read: 3, written: 2, rejected: 1, bytesIn: 12, bytesDecoded: 12 });
    expect(report.reports[0]!.counters).toEqual({ text: { requests: 3 } });
    expect(events).toEqual(['openRanges', 'close']);
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['leaves out all that is settled', (settled: number) => settled, 20],
    ['leaves out a part', (settled: number) => Math.floor(settled / 3), 34],
    ['leaves out nothing', () => 0, 40],
  ])('goes on at the watermark of an earlier run: %s', async (_, skip, asks) => {
    const { source, asked } = rangedText();
    const ledger = memoryLedger();
    let broken = true;
    const kept = keep<string>({
      limits: { count: 5 },
      before: async (entries) => {
        if (broken && entries[0]!.ordinal === 20) throw new Error('the table is away');
      },
    });
    const run = () =>
      feed('t')
        .from(source)
        .through(numbers({ skip }))
        .to(kept.sink)
        .run([{ text: text(40) }], { ledger, onFailure: 'report' });
    expect((await run()).reports[0]).toMatchObject({ outcome: 'failed', watermark: 20 });
    broken = false;
    asked.length = 0;
    const { reports } = await run();
    expect(reports[0]).toMatchObject({ outcome: 'complete', read: 40, skipped: 20, written: 20, watermark: 40 });
    expect(asked).toHaveLength(asks);
    expect(kept.entries.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 40 }, (__, index) => index));
    expect(kept.values().join('')).toBe(text(40));
  });

  it.each([-1, 0.5, 1, Number.NaN])('must not leave out %s records of none that are settled', async (skipped) => {
    const { reports } = await feed('t')
      .from(rangedText().source)
      .through(numbers({ skip: () => skipped }))
      .to(keep<string>().sink)
      .run([{ text: text(3) }], { onFailure: 'report' });
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'CODEC_CONTRACT', stage: 'numbers' } });
  });

  it.each([
    [-1, 1],
    [0, 13],
    [12, 1],
    [0.5, 1],
    [0, Number.NaN],
    [2, -1],
  ])('gets no range from %s of %s bytes: it is not within the item', async (start, length) => {
    const { source, asked, events } = rangedText();
    const open = async (content: ItemRanges): Promise<void> => void (await content.read(start, length));
    const { reports } = await feed('t')
      .from(source)
      .through(numbers({ open }))
      .to(keep<string>().sink)
      .run([{ text: text(3) }], { onFailure: 'report' });
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'RANGE_INVALID', stage: 'numbers' } });
    expect(asked).toEqual([]);
    expect(events).toEqual(['openRanges', 'close']);
  });

  it('gets an empty range without asking for it', async () => {
    const { source, asked } = rangedText();
    const open = async (content: ItemRanges): Promise<void> => {
      expect(await content.read(3 * WIDTH, 0)).toHaveLength(0);
      expect(asked).toEqual([]);
    };
    await feed('t')
      .from(source)
      .through(numbers({ open }))
      .to(keep<string>().sink)
      .run([{ text: text(3) }]);
  });

  it('fails its item where the source answers fewer bytes, in the name of the source', async () => {
    const { reports } = await feed('t')
      .from(rangedText((start) => (start === 4 ? new Uint8Array(3) : undefined)).source)
      .through(numbers())
      .to(keep<string>().sink)
      .run([{ text: text(3) }], { onFailure: 'report' });
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'SOURCE_CONTRACT', stage: 'text' } });
  });

  it('fails its item where the source fails, in the name of the source, and closes it', async () => {
    const { source, events } = rangedText((start) => {
      if (start === 4) throw new Error('connection reset');
    });
    const { reports } = await feed('t')
      .from(source)
      .through(numbers())
      .to(keep<string>().sink)
      .run([{ text: text(3) }], { onFailure: 'report' });
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'SOURCE_FAILED', stage: 'text' } });
    expect(events).toEqual(['openRanges', 'close']);
  });

  it('is blamed for what it throws itself', async () => {
    const open = async (): Promise<void> => {
      throw new TypeError('no such table');
    };
    const { reports } = await feed('t')
      .from(rangedText().source)
      .through(numbers({ open }))
      .to(keep<string>().sink)
      .run([{ text: text(3) }], { onFailure: 'report' });
    expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'CODEC_THREW', stage: 'numbers' } });
  });

  it('gets nothing more once the run was stopped', async () => {
    const stop = new AbortController();
    const { source, asked } = rangedText((start) => {
      if (start === 4) stop.abort(new Error('enough'));
    });
    const { reports } = await feed('t')
      .from(source)
      .through(numbers())
      .to(keep<string>().sink)
      .run([{ text: text(40) }], { signal: stop.signal });
    expect(reports[0]).toMatchObject({ outcome: 'aborted' });
    expect(asked.length).toBeLessThan(4);
  });

  it('emits in blocks, and is not asked for the next one before this one is done', async () => {
    const made: number[] = [];
    const codec: RangeParser<number> = {
      kind: 'range-parser',
      name: 'blocks',
      open: async () => ({
        outputs: async function* () {
          for (const first of [0, 2, 4]) {
            made.push(first);
            yield block<number>([first, first + 1]);
          }
        },
      }),
    };
    const kept = keep<number>({
      limits: { count: 2 },
      before: async (entries) => {
        expect(made.at(-1)! - entries[0]!.value).toBeLessThanOrEqual(4);
      },
    });
    await feed('t')
      .from(rangedText().source)
      .through(codec)
      .to(kept.sink)
      .run([{ text: '' }]);
    expect(kept.values()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('may begin parts, whose names records and errors have', async () => {
    const sheets: RangeParser<string> = {
      kind: 'range-parser',
      name: 'sheets',
      open: async ({ size }, context) => ({
        outputs: async function* () {
          yield part('a');
          yield 'a0';
          yield block(['a1', context.reject({ code: 'BAD', message: 'bad', raw: 'a2' })]);
          yield part('empty');
          yield part('secret');
          yield 's0';
          if (size > 4) throw new Error('broken');
        },
      }),
    };
    const kept = keep<string>();
    const quarantine = keepRejections();
    const run = feed('t').from(rangedText().source).through(sheets).to(kept.sink);
    const options = { quarantine: quarantine.sink, maxRejections: { share: 1 }, onFailure: 'report' } as const;
    const { reports } = await run.run([{ text: '0000' }], options);
    expect(kept.entries.map(({ ordinal, value, item }) => [ordinal, value, item.part])).toEqual([
      [0, 'a0', 'a'],
      [1, 'a1', 'a'],
      [3, 's0', 'secret'],
    ]);
    expect(quarantine.values()).toMatchObject([{ ordinal: 2, item: { part: 'a' } }]);
    expect(reports[0]).toMatchObject({ outcome: 'complete', read: 4, written: 3, rejected: 1 });
    const broken = (await run.run([{ text: '00000' }], options)).reports[0]!;
    expect(broken.error).toMatchObject({ code: 'CODEC_THREW', stage: 'sheets', part: 'secret', partNumber: 3 });
    expect(JSON.stringify(broken.error)).not.toContain('secret');
  });

  it('is left with its iteration returned, wherever that is', async () => {
    const events: string[] = [];
    const endless: RangeParser<string> = {
      kind: 'range-parser',
      name: 'endless',
      open: async () => ({
        outputs: async function* () {
          try {
            yield part('a');
            for (let index = 0; ; index += 1) yield String(index);
          } finally {
            events.push('left');
          }
        },
      }),
    };
    const stop = new AbortController();
    const kept = keep<string>({ limits: { count: 1 }, before: async () => stop.abort() });
    const run = feed('t').from(rangedText().source).through(endless).to(kept.sink);
    const { reports } = await run.run([{ text: '0000' }], { signal: stop.signal, onFailure: 'report' });
    expect(reports[0]).toMatchObject({ outcome: 'aborted' });
    expect(events).toEqual(['left']);
  });
});

describe('a pipeline with ranges that TypeScript did not check', () => {
  const { openRanges: _, ...plain } = rangedText().source;
  const passing: Decompressor = { kind: 'decompressor', name: 'passing', start: () => ({ push: (bytes) => [bytes] }) };

  it('is refused where the source offers none, or another stage comes before the parser', () => {
    const source: Source<TextRef, Uint8Array> = plain;
    expect(() =>
      feed('t')
        .from(source as RangedSource<TextRef, Uint8Array>)
        .through(numbers())
        .to(keep<string>().sink),
    ).toThrow(expect.objectContaining({ code: 'FEED_INVALID' }));
    expect(() =>
      feed('t')
        .from(rangedText().source)
        .through(passing)
        .through(numbers() as unknown as Parser<Uint8Array, string>)
        .to(keep<string>().sink),
    ).toThrow(expect.objectContaining({ code: 'FEED_INVALID' }));
  });
});
