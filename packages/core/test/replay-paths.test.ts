import {
  drop,
  feed,
  flatMap,
  type Ledger,
  map,
  memoryLedger,
  MillraceError,
  type Parser,
  type Rejection,
  replay,
} from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { keep, keepRejections, lines, type TextRef, textSource } from './fixtures.ts';

/** Lines that can be parsed one by one; `bad` ones no longer are once they were fixed. */
const reparsing = (reparse: NonNullable<Parser<string, string>['reparse']>): Parser<string, string> => ({
  ...lines(),
  reparse,
});
const fixed = reparsing(({ raw }) => String(raw).replace('bad', 'good'));
const start = (codec = fixed) => feed('test').from(textSource()).through(codec);
const later = <T>(value: T): Promise<T> => new Promise((resolve) => void setImmediate(() => resolve(value)));

const bad: TextRef = { name: 'x', chunks: ['0\nbad 1\nbad 2\nbad 3\n4\n'] };

afterEach(() => void vi.useRealTimers());

async function rejectionsOf(ref: TextRef = bad, ledger?: Ledger): Promise<readonly Rejection[]> {
  const kept = keepRejections();
  await start()
    .to(keep<string>().sink)
    .run([ref], { quarantine: kept.sink, allRejected: 'accept', ...(ledger && { ledger }) });
  return kept.values();
}

function rejection(changes: Partial<Rejection>): Rejection {
  return {
    feed: 'test',
    run: 'earlier',
    item: { id: 'a', uri: 'u' },
    ordinal: 0,
    branch: '',
    stage: 'lines',
    code: 'X',
    message: 'x',
    ...changes,
  };
}

describe('a replay through transforms that take their time', () => {
  it('delivers what they become, in order, before it settles anything', async () => {
    const kept = keep<string>();
    const settled: number[] = [];
    const report = await replay(
      start()
        .through(map((line) => later(`${line}!`)))
        .through(flatMap((line) => later([`${line}a`, `${line}b`])))
        .through(map((line) => later(line)))
        .to(kept.sink),
      await rejectionsOf(),
      {
        settled: async (done) => {
          expect(kept.entries).toHaveLength(6);
          await later(undefined);
          settled.push(...done.map(({ ordinal }) => ordinal));
        },
      },
    );
    expect(kept.entries.map(({ ordinal, branch, value }) => [ordinal, branch, value])).toEqual(
      [1, 2, 3].flatMap((n) => [
        [n, '0', `good ${n}!a`],
        [n, '1', `good ${n}!b`],
      ]),
    );
    expect(report).toMatchObject({ tried: 3, delivered: 3, dropped: 0, rejected: 0, written: 6, unsettled: 0 });
    expect(settled).toEqual([1, 2, 3]);
  });

  it('tells what they drop and what they reject again', async () => {
    const kept = keep<string>();
    const picky = map((line: string): Promise<string> => {
      if (line.endsWith('2')) return later(drop as never);
      return line.endsWith('3') ? later(undefined).then(() => Promise.reject(new Error('no'))) : later(line);
    });
    const report = await replay(start().through(picky).to(kept.sink), await rejectionsOf());
    expect(report).toMatchObject({ tried: 3, delivered: 1, dropped: 1, rejected: 1, written: 1, unsettled: 0 });
    expect(report.again).toMatchObject([{ ordinal: 3, stage: 'map', code: 'TRANSFORM_THREW', value: 'good 3' }]);
    expect(kept.values()).toEqual(['good 1']);
  });

  it('delivers no branch of a record of which another branch fails', async () => {
    const kept = keep<string>();
    const made = start()
      .through(flatMap((line) => [line, `${line} too`]))
      .through(
        map((line: string) => {
          if (line === 'good 2 too') throw new Error('no');
          return line;
        }),
      )
      .to(kept.sink);
    expect(await replay(made, await rejectionsOf())).toMatchObject({ tried: 3, delivered: 2, rejected: 1, written: 4 });
    expect(kept.values()).toEqual(['good 1', 'good 1 too', 'good 3', 'good 3 too']);
  });
});

describe('a record that cannot be parsed by itself', () => {
  const impossible = reparsing(() => {
    throw new MillraceError('REPLAY_IMPOSSIBLE', 'It needs its neighbors.');
  });
  const upper = map((line: string) => line.toUpperCase());

  it('continues from the value that its stage got, if it was kept', async () => {
    const kept = keep<string>();
    const report = await replay(start(impossible).through(upper).to(kept.sink), [
      rejection({ raw: 'raw', value: 'value', stage: 'map' }),
    ]);
    expect(report).toMatchObject({ delivered: 1 });
    expect(kept.values()).toEqual(['VALUE']);
  });

  it('continues at the sink if the sink refused it', async () => {
    const kept = keep<string>();
    await replay(start(impossible).through(upper).to(kept.sink), [
      rejection({ raw: 'raw', value: 'value', stage: 'keep' }),
    ]);
    expect(kept.values()).toEqual(['value']);
  });

  it('is rejected again if its value was not kept, or if the parser fails on it', async () => {
    const made = start(impossible).through(upper).to(keep<string>().sink);
    expect((await replay(made, [rejection({ raw: 'raw', stage: 'map' })])).again).toMatchObject([
      { code: 'REPLAY_IMPOSSIBLE', message: 'It needs its neighbors.' },
    ]);
    const foreign = Object.assign(new Error('of somebody else'), { code: 'REPLAY_IMPOSSIBLE' });
    for (const thrown of [new Error('still bad'), new MillraceError('STILL_BAD', 'Still bad.'), foreign]) {
      const failing = reparsing(() => {
        throw thrown;
      });
      const report = await replay(start(failing).through(upper).to(keep<string>().sink), [
        rejection({ raw: 'raw', value: 'value', stage: 'map' }),
      ]);
      expect(report).toMatchObject({ delivered: 0, rejected: 1, again: [{ stage: 'lines' }] });
    }
  });

  it('is told why', async () => {
    const why = async (codec: Parser<string, string>, changes: Partial<Rejection>) =>
      (await replay(start(codec).to(keep<string>().sink), [rejection(changes)])).again[0]?.message;
    expect(await why(fixed, {})).toContain('neither raw text nor value');
    expect(await why(lines(), { raw: 'raw' })).toContain('lines cannot parse a single record');
    expect(await why(fixed, { raw: 'raw', branch: '1' })).toContain('one of several branches');
    expect(await why(fixed, { value: 'value', stage: 'gone' })).toContain('Stage gone');
  });
});

describe('a replay of very many rejections', () => {
  it('delivers while it reads, so that its memory is bounded', async () => {
    let taken = 0;
    let mostAhead = 0;
    const kept = keep<string>({
      limits: { count: 50 },
      before: async (entries) => {
        mostAhead = Math.max(mostAhead, taken - entries[0]!.ordinal);
      },
    });
    const many = function* (): Generator<Rejection> {
      for (; taken < 2000; taken++) yield rejection({ ordinal: taken, raw: 'bad' });
    };
    expect(await replay(start().to(kept.sink), many())).toMatchObject({ delivered: 2000 });
    expect(mostAhead).toBeLessThan(500);
  });

  it('leaves no listener on its signal', async () => {
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, 'addEventListener');
    const remove = vi.spyOn(signal, 'removeEventListener');
    await replay(start().to(keep<string>().sink), [rejection({ raw: 'bad' })], { signal });
    expect(add).toHaveBeenCalled();
    expect(remove).toHaveBeenCalledTimes(add.mock.calls.length);
  });

  it('keeps the first 1,000 that are rejected again, and counts all', async () => {
    const many = Array.from({ length: 1001 }, (_, ordinal) => rejection({ ordinal }));
    const report = await replay(start().to(keep<string>().sink), many);
    expect(report).toMatchObject({ tried: 1001, rejected: 1001, unsettled: 0 });
    expect(report.again.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 1000 }, (_, ordinal) => ordinal));
  });

  it('passes over notes on failed objects', async () => {
    const kept = keep<string>();
    const notes = [rejection({ scope: 'item', raw: 'note' }), rejection({ raw: 'bad' }), rejection({ scope: 'item' })];
    expect(await replay(start().to(kept.sink), notes)).toMatchObject({ tried: 1, delivered: 1 });
    expect(kept.values()).toEqual(['good']);
  });

  it('fails if what is delivered cannot be settled', async () => {
    const report = await replay(start().to(keep<string>().sink), [rejection({ raw: 'bad' })], {
      settled: () => Promise.reject(new Error('down')),
    });
    expect(report).toMatchObject({ delivered: 1, error: { code: 'REPLAY_FAILED' } });
  });
});

describe('a replay whose keys may be those of another version', () => {
  it('needs the ledger of the run', async () => {
    const ledger = memoryLedger();
    const rejections = await rejectionsOf(bad, ledger);
    const kept = keep<string>();
    const report = await replay(start().to(kept.sink), rejections);
    expect(report).toMatchObject({ tried: 0, error: { code: 'REPLAY_LEDGER_REQUIRED' } });
    expect(kept.values()).toEqual([]);
    const unique = start()
      .through({ ...map((line: string) => line), uniqueKeys: true })
      .to(kept.sink);
    expect(await replay(unique, rejections)).toMatchObject({ delivered: 3 });
  });

  it('holds the object while it writes, and gives it back', async () => {
    const ledger = memoryLedger();
    const rejections = await rejectionsOf(bad, ledger);
    const outcomes: string[] = [];
    const kept = keep<string>({
      before: async () => {
        const second = await replay(start().to(keep<string>().sink), rejections, { ledger });
        outcomes.push(second.error?.code ?? 'none');
      },
    });
    expect(await replay(start().to(kept.sink), rejections, { ledger })).toMatchObject({ delivered: 3, unsettled: 0 });
    expect(outcomes).toEqual(['ITEM_HELD']);
    expect(await replay(start().to(keep<string>().sink), rejections, { ledger })).toMatchObject({ delivered: 3 });
    // The version's own entry is as the run left it.
    expect(await ledger.entries('test', 'text:x')).toMatchObject([{ state: 'complete', watermark: 5, attempts: 1 }]);
  });

  it('tells the ledger of no progress, as it reads nothing of the object', async () => {
    const ledger = memoryLedger();
    const told: unknown[] = [];
    const telling: Ledger = {
      ...ledger,
      finish: (claim, progress, report) => {
        told.push([claim.purpose, progress, report.outcome]);
        return ledger.finish(claim, progress, report);
      },
    };
    await replay(start().to(keep<string>().sink), await rejectionsOf(bad, ledger), { ledger: telling });
    expect(told).toEqual([['replay', { watermark: 0, rejected: 0 }, 'complete']]);
  });

  it('gives each object back before it takes the next', async () => {
    const ledger = memoryLedger();
    const rejections = [...(await rejectionsOf(bad, ledger)), ...(await rejectionsOf({ ...bad, name: 'y' }, ledger))];
    const kept = keep<string>({
      before: async ([first]) => {
        if (first!.item.id !== 'text:y') return;
        const ofFirst = rejections.filter(({ item }) => item.id === 'text:x');
        const meanwhile = await replay(start().to(keep<string>().sink), ofFirst, { ledger });
        expect(meanwhile).toMatchObject({ delivered: 3, unsettled: 0 });
      },
    });
    expect(await replay(start().to(kept.sink), rejections, { ledger })).toMatchObject({ delivered: 6, unsettled: 0 });
  });

  it('takes the object once, however many rejections it has', async () => {
    const inner = memoryLedger();
    const kept = keepRejections();
    const large: TextRef = { name: 'large', chunks: Array.from({ length: 450 }, (_, n) => `bad ${n}\n`) };
    const options = { ledger: inner, quarantine: kept.sink, maxRejections: { share: 1 } };
    await start()
      .to(keep<string>().sink)
      .run([large], { ...options, allRejected: 'accept' });
    let claims = 0;
    const ledger: Ledger = {
      ...inner,
      claim: (request) => {
        claims += 1;
        return inner.claim(request);
      },
    };
    const report = await replay(start().to(keep<string>().sink), kept.values(), { ledger });
    expect(report).toMatchObject({ delivered: 450, unsettled: 0 });
    expect(claims).toBe(1);
  });

  it('sends nothing once its lease is over', async () => {
    vi.useFakeTimers();
    const inner = memoryLedger();
    const rejections = await rejectionsOf(bad, inner);
    const ledger: Ledger = { ...inner, checkpoint: () => new Promise(() => {}) };
    const kept = keep<string>();
    const [reached, passed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const slow = map(async (line: string) => {
      if (line === 'good 3') {
        reached.resolve();
        await passed.promise;
      }
      return line;
    });
    const replaying = replay(start().through(slow).to(kept.sink), rejections, { ledger, leaseMs: 1000 });
    await reached.promise;
    await vi.advanceTimersByTimeAsync(2000);
    passed.resolve();
    // Giving the object back takes a call of its own, which is given a lease's time.
    await vi.advanceTimersByTimeAsync(10_000);
    const report = await replaying;
    expect(report).toMatchObject({ delivered: 0, written: 0, unsettled: 3, error: { retryable: true } });
    expect(kept.values()).toEqual([]);
  });

  it('leaves out what a newer version has followed', async () => {
    const ledger = memoryLedger();
    const versioned = (id: string, sequencer: string) =>
      feed('test')
        .from({
          ...textSource(),
          open: async (ref: TextRef, context) => ({
            ...(await textSource().open(ref, context)),
            origin: { id, uri: 'text:x' },
            sequencer,
          }),
        })
        .through(fixed);
    const rejected = keepRejections();
    for (const [id, sequencer] of [
      ['x@1', '01'],
      ['x@2', '02'],
    ] as const) {
      await versioned(id, sequencer).to(keep<string>().sink).run([bad], { ledger, quarantine: rejected.sink });
    }
    const kept = keep<string>();
    const report = await replay(start().to(kept.sink), rejected.values(), { ledger });
    expect(report).toMatchObject({ tried: 6, delivered: 3, superseded: 3, unsettled: 0 });
    expect(new Set(kept.entries.map(({ item }) => item.id))).toEqual(new Set(['x@2']));
  });
});
