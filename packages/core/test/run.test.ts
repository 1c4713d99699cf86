import {
  drop,
  feed,
  filter,
  flatMap,
  isMillraceError,
  many,
  map,
  type Parser,
  RunFailedError,
  type RunReport,
  tap,
} from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { asText, bytesSource, keep, keepRejections, lines, numbered, textSource } from './fixtures.ts';

const start = (name = 'test') => feed(name).from(textSource()).through(lines());

describe('run', () => {
  it('carries every record, in order, with its ordinal', async () => {
    const kept = keep<string>({ limits: { count: 7 } });
    const report = await start()
      .to(kept.sink)
      .run([numbered(100)]);
    expect(kept.values()).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
    expect(kept.entries.map(({ ordinal }) => ordinal)).toEqual(kept.entries.map((_, index) => index));
    expect(Math.max(...kept.batches)).toBe(7);
    expect(report).toMatchObject({
      outcome: 'complete',
      totals: { read: 100, written: 100, unsettled: 0 },
      items: { complete: 1 },
    });
    expect(report.reports[0]).toMatchObject({ watermark: 100, ref: 'text:numbers', origin: { id: 'text:numbers' } });
  });

  it('numbers records across blocks and restarts at 0 with each item', async () => {
    const kept = keep<string>();
    await start()
      .to(kept.sink)
      .run([numbered(25, 10, 'a'), numbered(5, 10, 'b')]);
    expect(kept.entries.filter(({ item }) => item.id === 'text:b').map(({ ordinal }) => ordinal)).toEqual([
      0, 1, 2, 3, 4,
    ]);
  });

  it('completes an item without records if it may be empty, and a run without items', async () => {
    const kept = keep<string>();
    expect(
      (
        await start()
          .to(kept.sink)
          .run([{ name: 'empty', chunks: [] }], { expect: { records: { min: 0 } } })
      ).totals.read,
    ).toBe(0);
    expect((await start().to(kept.sink).run([])).outcome).toBe('complete');
    expect(kept.batches).toEqual([]);
  });

  it('adds up what eaches drop, fan out and pass', async () => {
    const kept = keep<string>();
    const report = await start()
      .through(filter((line) => line !== '3'))
      .through(flatMap((line) => (line === '5' ? [] : line === '6' ? ['x', 'y', 'z'] : [line])))
      .through(map((line) => (line === 'y' ? drop : line) as string))
      .to(kept.sink)
      .run([numbered(10)]);
    expect(report.totals).toMatchObject({ read: 10, expanded: 2, written: 9, dropped: 3, rejected: 0, unsettled: 0 });
    expect(kept.values()).toEqual(['0', '1', '2', '4', 'x', 'z', '7', '8', '9']);
  });

  it('gives branches of a fan-out their place, also where it happens twice', async () => {
    const kept = keep<string>();
    const twice = flatMap((line: string) => [line, line]);
    await start()
      .through(twice)
      .through(twice)
      .to(kept.sink)
      .run([numbered(1)]);
    expect(kept.entries.map(({ ordinal, branch }) => `${ordinal}/${branch}`)).toEqual([
      '0/0.0',
      '0/0.1',
      '0/1.0',
      '0/1.1',
    ]);
  });

  it('takes an array as one record, and many() as several', async () => {
    const kept = keep<unknown>();
    await start()
      .through(map((line) => [line, line]))
      .to(kept.sink)
      .run([numbered(1)]);
    await start()
      .through({ kind: 'each', name: 'twice', apply: (line: string) => many([line, line]) })
      .to(kept.sink)
      .run([numbered(1)]);
    expect(kept.values()).toEqual([['0', '0'], '0', '0']);
  });

  it('awaits eaches that return promises, in order', async () => {
    const kept = keep<string>();
    const report = await start()
      .through(map(async (line) => `${line}!`))
      .through(flatMap(async (line) => [line, line]))
      .through(tap(async () => {}))
      .through(filter(async (line) => line !== '1!'))
      .to(kept.sink)
      .run([numbered(3)]);
    expect(kept.values()).toEqual(['0!', '0!', '2!', '2!']);
    expect(report.totals).toMatchObject({ read: 3, expanded: 3, written: 4, dropped: 2 });
  });

  it('cuts batches by bytes, and hands a larger record over alone', async () => {
    const kept = keep<string>({ limits: { bytes: 4 }, sizeOf: (line) => line.length });
    await start()
      .to(kept.sink)
      .run([{ name: 'x', chunks: ['aa\nbb\ncc\n', 'longer\n', 'd\n'] }]);
    expect(kept.batches).toEqual([2, 1, 1, 1]);
    expect(kept.values()).toEqual(['aa', 'bb', 'cc', 'longer', 'd']);
  });

  it('counts bytes in and bytes decoded', async () => {
    const bytes = new TextEncoder().encode('a\nb\n');
    const doubled = {
      kind: 'decompressor',
      name: 'double',
      start: () => ({ push: (chunk: Uint8Array) => [chunk, chunk] }),
    } as const;
    const decode = {
      kind: 'charset-decoder',
      name: 'decode',
      start: () => ({ push: (chunk: Uint8Array) => [new TextDecoder().decode(chunk)] }),
    } as const;
    const kept = keep<string>();
    const report = await feed('bytes')
      .from({
        name: 'bytes',
        describe: () => 'bytes',
        open: async () => ({
          origin: { id: 'b', uri: 'b' },
          chunks: async function* () {
            yield bytes;
            yield bytes;
          },
        }),
      })
      .through(doubled)
      .through(decode)
      .through(lines())
      .to(kept.sink)
      .run([null]);
    expect(report.totals).toMatchObject({ bytesIn: 8, bytesDecoded: 16, read: 8 });
  });

  it("keeps writes in flight within the sink's concurrency, across items", async () => {
    let inFlight = 0;
    let most = 0;
    const kept = keep<string>({
      concurrency: 3,
      limits: { count: 2 },
      before: async () => {
        most = Math.max(most, (inFlight += 1));
        await new Promise((resolve) => void setImmediate(resolve));
        inFlight -= 1;
      },
    });
    const refs = Array.from({ length: 8 }, (_, index) => numbered(20, 5, `item-${index}`));
    const report = await start().to(kept.sink).run(refs, { concurrency: 4 });
    expect(most).toBe(3);
    expect(report).toMatchObject({ items: { complete: 8 }, totals: { read: 160, written: 160 } });
    expect(new Set(kept.entries.map(({ item, ordinal }) => `${item.id} ${ordinal}`)).size).toBe(160);
  });

  it('does not read ahead of a saturated sink by more than a block and the batches', async () => {
    let pulled = 0;
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const kept = keep<string>({ limits: { count: 10 }, concurrency: 2, before: () => held });
    const source = textSource();
    const counted: typeof source = {
      ...source,
      open: async (ref, context) => {
        const item = await source.open(ref, context);
        return {
          ...item,
          chunks: async function* (itemContext) {
            for await (const chunk of item.chunks(itemContext)) {
              pulled += 1;
              yield chunk;
            }
          },
        };
      },
    };
    const running = feed('held')
      .from(counted)
      .through(lines())
      .to(kept.sink)
      .run([numbered(10_000)]);
    // All of it is in memory: what would be read is read within a few turns of the event loop.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
    expect(pulled).toBeLessThanOrEqual(5);
    release();
    expect((await running).totals.written).toBe(10_000);
  });

  it('sums what stages count', async () => {
    const kept = keep<string>();
    const counting = {
      ...kept.sink,
      write: (async (batch, context) => {
        context.count('batches');
        context.count('units', batch.length);
      }) as typeof kept.sink.write,
    };
    const report = await start()
      .to(counting)
      .run([numbered(3)]);
    expect(report.reports[0]?.counters).toEqual({ keep: { batches: 1, units: 3 } });
  });

  it('keeps what stages note of an item, the last of each name, and says nothing where none did', async () => {
    const kept = keep<string>();
    const noting = (texts: readonly string[]): Parser<string, string> => ({
      kind: 'parser',
      name: 'noting',
      start: ({ note }) => ({
        push: () => {
          for (const text of texts) note?.('format', text);
          return [];
        },
      }),
    });
    const run = async (texts: readonly string[]): Promise<RunReport> =>
      feed('notes')
        .from(textSource())
        .through(noting(texts))
        .to(kept.sink)
        .run([numbered(1, 1, 'a'), numbered(1, 1, 'b')], { expect: { records: { min: 0 } } });
    const noted = (await run(['gzip', 'zstd'])).reports.map(({ notes }) => notes);
    expect(noted).toEqual([{ noting: { format: 'zstd' } }, { noting: { format: 'zstd' } }]);
    expect((await run([])).reports.map((report) => 'notes' in report)).toEqual([false, false]);
  });

  it('refuses unknown options and wrong values', async () => {
    const { sink } = keep<string>();
    await expect(
      start()
        .to(sink)
        .run([], { conurrency: 2 } as never),
    ).rejects.toMatchObject({ code: 'OPTION_UNKNOWN' });
    await expect(start().to(sink).run([], { concurrency: 0 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(
      start()
        .to(sink)
        .run([], { maxRejections: { share: 2 } }),
    ).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(
      start()
        .to(sink)
        .run([], { quarantine: {} as never }),
    ).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('keeps as many reports as asked for, failed ones first', async () => {
    const { sink } = keep<string>({
      before: async ([first]) => {
        if (first?.item.id === 'text:2') throw new Error('no');
      },
    });
    const refs = Array.from({ length: 5 }, (_, index) => numbered(1, 1, String(index)));
    const report = await start().to(sink).run(refs, { keepReports: 2, onFailure: 'report' });
    expect(report.reports.map(({ ref }) => ref)).toEqual(['text:2', 'text:0']);
    expect(report.reportsOmitted).toBe(3);
  });
});

describe('run, where something fails', () => {
  it('tries every item, then rejects with the report', async () => {
    const kept = keep<string>({
      limits: { count: 5 },
      before: async ([first]) => {
        if (first?.item.id === 'text:b' && first.ordinal === 5) throw new Error('broken pipe');
      },
    });
    const refs = ['a', 'b', 'c'].map((name) => numbered(20, 10, name));
    const failure = await start()
      .to(kept.sink)
      .run(refs)
      .catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(RunFailedError);
    expect(isMillraceError(failure)).toBe(true);
    const { report } = failure as RunFailedError;
    expect(report.items).toMatchObject({ complete: 2, failed: 1, aborted: 0 });
    expect(report.reports[0]).toMatchObject({
      ref: 'text:b',
      outcome: 'failed',
      watermark: 5,
      error: { code: 'SINK_FAILED', stage: 'keep', item: 'text:b', ordinal: 5 },
    });
    expect(report.reports[0]!.unsettled).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(report)).reports[0].error).toMatchObject({
      code: 'SINK_FAILED',
      cause: 'Error',
    });
  });

  it('names the source where it breaks, and settles what was read before', async () => {
    const kept = keep<string>();
    const run = feed('x')
      .from(textSource({ failAfter: 2 }))
      .through(lines())
      .to(kept.sink)
      .run([numbered(100)], { onFailure: 'report' });
    expect((await run).reports[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'SOURCE_FAILED', stage: 'text', message: 'connection reset' },
    });
  });

  it('names the codec that throws, and closes every codec', async () => {
    const closed: string[] = [];
    const broken = (name: string, breaks: boolean) =>
      ({
        kind: 'decompressor',
        name,
        start: () => ({
          push: (chunk: Uint8Array) => {
            if (breaks) throw new Error('cannot');
            return [chunk];
          },
          close: () => void closed.push(name),
        }),
      }) as const;
    const kept = keep<string>();
    const run = feed('x')
      .from(bytesSource())
      .through(broken('first', false))
      .through(broken('second', true))
      .through(asText)
      .through(lines())
      .to(kept.sink);
    const report = await run.run([numbered(3)], { onFailure: 'report' });
    expect(report.reports[0]?.error).toMatchObject({ code: 'CODEC_THREW', stage: 'second', item: 'text:numbers' });
    expect(closed.sort()).toEqual(['first', 'second']);
  });

  it('tells two stages of one name apart', async () => {
    const rejected = keepRejections();
    await start()
      .through(map((line) => line))
      .through(
        map(() => {
          throw new Error('no');
        }),
      )
      .to(keep().sink)
      .run([numbered(1)], { quarantine: rejected.sink, allRejected: 'accept' });
    expect(rejected.values()[0]).toMatchObject({ stage: 'map#2', code: 'TRANSFORM_THREW' });
  });

  it.each([
    ['beyond the batch', [3]],
    ['before the batch', [-1]],
    ['between two records', [0.5]],
    ['twice', [1, 1]],
  ])('finds a sink that refuses a position %s', async (_, positions) => {
    const kept = keep<string>({
      before: async () => positions.map((position) => ({ position, code: 'X', message: 'x' })),
    });
    const report = await start()
      .to(kept.sink)
      .run([numbered(3)], { onFailure: 'report', quarantine: keepRejections().sink });
    expect(report.reports[0]?.error?.code).toBe('SINK_CONTRACT');
  });

  it('finds a codec that breaks its contract', async () => {
    const codec = { ...lines(), start: () => ({ push: () => 'text' as never }) };
    const report = await feed('x')
      .from(textSource())
      .through(codec)
      .to(keep().sink)
      .run([numbered(3)], { onFailure: 'report' });
    expect(report.reports[0]?.error?.code).toBe('CODEC_CONTRACT');
  });

  it('fails the run where the references cannot be listed, after carrying those that could', async () => {
    const kept = keep<string>();
    const refs = async function* () {
      yield numbered(3);
      throw new Error('listing denied');
    };
    const report = await start().to(kept.sink).run(refs(), { onFailure: 'report', concurrency: 2 });
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'REFS_FAILED' }, items: { complete: 1 } });
    await expect(start().to(kept.sink).run(refs())).rejects.toMatchObject({
      code: 'RUN_FAILED',
      cause: { code: 'REFS_FAILED' },
    });
  });
});
