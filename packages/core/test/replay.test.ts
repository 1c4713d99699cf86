import { drop, feed, flatMap, map, type Parser, type Rejection, replay } from '@millrace/core';
import type { Refusal } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { turns } from '../../../test/support/turns.ts';
import { keep, keepRejections, lines, numbered, textSource } from './fixtures.ts';

const reparsing: Parser<string, string> = {
  ...lines(),
  reparse: ({ raw }) => {
    if (String(raw).startsWith('bad')) throw new Error('still bad');
    return String(raw);
  },
};
const start = (codec = reparsing) => feed('test').from(textSource()).through(codec);

async function rejectionsOf(
  run: (quarantine: ReturnType<typeof keepRejections>['sink']) => Promise<unknown>,
): Promise<Rejection[]> {
  const kept = keepRejections();
  await run(kept.sink);
  // As they would come back from where they are kept.
  return JSON.parse(JSON.stringify(kept.values())) as Rejection[];
}

describe('replay', () => {
  it.each<[string, readonly Rejection[]]>([
    ['nothing', []],
    [
      'a note',
      [
        {
          scope: 'item',
          feed: 'test',
          run: 'run',
          item: { id: 'a', uri: 'u' },
          ordinal: 0,
          branch: '#item',
          stage: 'lines',
          code: 'X',
          message: 'x',
        },
      ],
    ],
  ])('of %s does nothing, without an error', async (_, rejections) => {
    const settled: unknown[] = [];
    const report = await replay(start().to(keep<string>().sink), rejections, {
      settled: (done) => void settled.push(done),
    });
    expect(report).toMatchObject({ tried: 0, written: 0, unsettled: 0 });
    expect(report).not.toHaveProperty('error');
    expect(settled).toEqual([]);
  });

  it('parses mended raw text anew and delivers it under its first ordinal and item', async () => {
    const rejections = await rejectionsOf((quarantine) =>
      start()
        .to(keep<string>().sink)
        .run([{ name: 'x', chunks: ['0\nbad 1\n2\nbad 3\n'] }], { quarantine }),
    );
    const mended = rejections.map((rejection) =>
      rejection.ordinal === 1 ? { ...rejection, raw: 'good 1' } : rejection,
    );
    const kept = keep<string>();
    const settled: Rejection[] = [];
    const report = await replay(
      start()
        .through(map((line) => `${line}!`))
        .to(kept.sink),
      mended,
      { settled: (done) => void settled.push(...done) },
    );
    expect(kept.entries.map(({ ordinal, value, item }) => [ordinal, value, item.id])).toEqual([
      [1, 'good 1!', 'text:x'],
    ]);
    expect(settled.map(({ ordinal }) => ordinal)).toEqual([1]);
    expect(report).toMatchObject({ tried: 2, delivered: 1, rejected: 1, written: 1, unsettled: 0 });
    expect(report.again).toMatchObject([{ ordinal: 3, stage: 'lines', details: { content: { thrown: 'still bad' } } }]);
  });

  it('goes on from the rejecting stage where there is no raw text, and for a single branch', async () => {
    let mended = false;
    const picky = map((line: string) => {
      if (!mended && line === '2b') throw new Error('no');
      return `${line}!`;
    });
    const made = (sink: ReturnType<typeof keep<string>>) =>
      start(lines())
        .through(flatMap((line) => [`${line}a`, `${line}b`]))
        .through(picky)
        .to(sink.sink);
    const rejections = await rejectionsOf((quarantine) => made(keep<string>()).run([numbered(4)], { quarantine }));
    expect(rejections).toHaveLength(1);
    mended = true;
    const kept = keep<string>();
    expect(await replay(made(kept), rejections)).toMatchObject({ tried: 1, delivered: 1 });
    expect(kept.entries.map(({ ordinal, branch, value }) => [ordinal, branch, value])).toEqual([[2, '1', '2b!']]);
  });

  it('delivers what the sink refused, and tells what it refuses again', async () => {
    const refuse =
      (bad: string) =>
      async (entries: readonly { readonly value: string }[]): Promise<Refusal[]> =>
        entries.flatMap(({ value }, position) => (value === bad ? [{ position, code: 'BAD', message: 'bad' }] : []));
    const rejections = await rejectionsOf(async (quarantine) => {
      await start(lines())
        .to(keep<string>({ before: refuse('1') }).sink)
        .run([numbered(3)], { quarantine });
      await start(lines())
        .to(keep<string>({ before: refuse('2') }).sink)
        .run([numbered(3)], { quarantine });
    });
    const kept = keep<string>({ before: refuse('2'), limits: { count: 1 } });
    const report = await replay(start(lines()).to(kept.sink), rejections);
    expect(kept.values()).toEqual(['1']);
    expect(report).toMatchObject({
      tried: 2,
      delivered: 1,
      rejected: 1,
      again: [{ code: 'BAD', stage: 'keep', value: '2' }],
    });
  });

  it('counts a record that is now dropped as settled', async () => {
    const rejections = await rejectionsOf((quarantine) =>
      start()
        .to(keep<string>().sink)
        .run([{ name: 'x', chunks: ['bad\n'] }], { quarantine, allRejected: 'accept' }),
    );
    const made = start({ ...reparsing, reparse: () => 'ok' })
      .through(map((): string => drop as never))
      .to(keep<string>().sink);
    expect(await replay(made, rejections)).toMatchObject({ tried: 1, dropped: 1, unsettled: 0 });
  });

  it("writes large replays within the sink's limits, item by item", async () => {
    const rejections = Array.from({ length: 450 }, (_, ordinal): Rejection => ({
      feed: 'test',
      run: 'r',
      item: { id: ordinal < 300 ? 'a' : 'b', uri: 'u' },
      ordinal,
      branch: '',
      stage: 'lines',
      code: 'X',
      message: 'x',
      raw: String(ordinal),
    }));
    const kept = keep<string>({ limits: { count: 64, bytes: 100 }, sizeOf: (line) => line.length });
    expect(await replay(start().to(kept.sink), rejections)).toMatchObject({ tried: 450, delivered: 450, written: 450 });
    expect(Math.max(...kept.batches)).toBeLessThanOrEqual(64);
    expect(kept.values()).toEqual(rejections.map(({ raw }) => raw));
  });

  it('stops where a write fails or the signal fires, and says what is unsettled', async () => {
    const rejections = [
      {
        feed: 'test',
        run: 'r',
        item: { id: 'a', uri: 'u' },
        ordinal: 0,
        branch: '',
        stage: 'lines',
        code: 'X',
        message: 'x',
        raw: 'y',
      },
    ];
    const broken = keep<string>({ before: () => Promise.reject(new Error('down')) });
    expect(await replay(start().to(broken.sink), rejections)).toMatchObject({
      unsettled: 1,
      error: { code: 'SINK_FAILED' },
    });
    const aborted = await replay(start().to(keep<string>().sink), rejections, { signal: AbortSignal.abort() });
    expect(aborted).toMatchObject({ tried: 0, error: { code: 'RUN_ABORTED' } });
  });

  it('refuses rejections of another feed, and says when nothing can be replayed', async () => {
    const one: Rejection = {
      feed: 'test',
      run: 'r',
      item: { id: 'a', uri: 'u' },
      ordinal: 0,
      branch: '',
      stage: 'gone',
      code: 'X',
      message: 'x',
    };
    expect(await replay(start().to(keep<string>().sink), [{ ...one, feed: 'other' }])).toMatchObject({
      error: { code: 'REPLAY_FOREIGN' },
    });
    expect((await replay(start().to(keep<string>().sink), [one])).again).toMatchObject([{ code: 'REPLAY_IMPOSSIBLE' }]);
  });

  it('settles in groups of 200, and each object by itself', async () => {
    const of = (id: string, count: number): Rejection[] =>
      Array.from({ length: count }, (_, ordinal) => ({
        feed: 'test',
        run: 'run',
        item: { id, uri: id },
        ordinal,
        branch: '',
        stage: 'keep',
        code: 'X',
        message: 'x',
        value: 'good',
      }));
    const settled: [id: string, count: number][] = [];
    await replay(start().to(keep<string>().sink), [...of('a', 201), ...of('b', 400), ...of('c', 1)], {
      settled: (done) => void settled.push([done[0]!.item.id, done.length]),
    });
    expect(settled).toEqual([
      ['a', 200],
      ['a', 1],
      ['b', 200],
      ['b', 200],
      ['c', 1],
    ]);
  });

  it('keeps to the pace of the sink', async () => {
    let [sized, mostAhead] = [0, 0];
    const kept = keep<string>({
      limits: { count: 1, bytes: 10 },
      sizeOf: () => {
        sized += 1;
        return 1;
      },
      before: async () => {
        await turns(2);
        mostAhead = Math.max(mostAhead, sized - kept.entries.length);
      },
    });
    const rejections = Array.from({ length: 50 }, (_, ordinal) => ({
      feed: 'test',
      run: 'run',
      item: { id: 'a', uri: 'u' },
      ordinal,
      branch: '',
      stage: 'keep',
      code: 'X',
      message: 'x',
      value: 'good',
    }));
    expect(await replay(start().to(kept.sink), rejections)).toMatchObject({ delivered: 50 });
    // One is under way, and one waits for it.
    expect(mostAhead).toBe(2);
  });
});
