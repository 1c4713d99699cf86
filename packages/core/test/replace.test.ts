import { describe, expect, it, vi } from 'vitest';
import { feed, type Ledger, many, memoryLedger, purge, type Quarantine, type Rejection } from '@millrace/core';
import { checkRun, landingEach } from '@millrace/core/plugin';
import { keep, keepRejections, lines } from './fixtures.ts';
import { landed, table, type Version, versions } from './landed-table.ts';

const cut: Version = { id: 'v1', chunks: ['a1\nb1\n', 'c1\nd1\n'], broken: true };
const whole: Version = { id: 'v2', chunks: ['a2\nb2\n', 'c2\n'] };
const options = { versions: 'replace', onFailure: 'report', leaseMs: 1000, clockSkewMs: 0 } as const;

describe("versions: 'replace'", () => {
  it('leaves only the rows of the version that completed', async () => {
    const { sink, values } = table();
    const prices = landed(sink);
    const ledger = memoryLedger();
    await prices.run([cut], { ...options, ledger });
    expect(values().length).toBeGreaterThan(0);
    const { reports } = await prices.run([whole], { ...options, ledger });
    expect(values()).toEqual(['a2', 'b2', 'c2']);
    expect(reports[0]).toMatchObject({ outcome: 'complete', counters: { table: { retired: 3 } } });
    const entries = await ledger.entries('prices', 'object');
    expect(entries.map(({ origin, retired = false }) => [origin.id, retired])).toEqual([
      ['v1', true],
      ['v2', false],
    ]);
  });

  it('touches nothing while the new version is not complete, and nothing of a version that returned', async () => {
    const { sink, values } = table();
    const prices = landed(sink);
    const ledger = memoryLedger();
    const first: Version = { id: 'v1', chunks: ['a1\nb1\n'], sequencer: '1' };
    await prices.run([first], { ...options, ledger });
    await prices.run([{ ...whole, broken: true, sequencer: '2' }], { ...options, ledger });
    expect(values()).toEqual(expect.arrayContaining(['a1', 'b1']));
    await prices.run([{ ...whole, sequencer: '2' }], { ...options, ledger });
    expect(values()).toEqual(['a2', 'b2', 'c2']);
    await prices.run([{ ...first, sequencer: '3' }], { ...options, ledger });
    expect(values()).toEqual(['a1', 'b1']);
    expect(await ledger.entries('prices', 'object')).toMatchObject([
      { origin: { id: 'v1' }, state: 'complete' },
      { origin: { id: 'v2' }, retired: true },
    ]);
  });

  it('retires nothing if the new version is not what the feed expects, however often it is delivered', async () => {
    const { sink, values } = table();
    const prices = landed(sink);
    const ledger = memoryLedger();
    const first: Version = { id: 'v1', chunks: ['a1\nb1\nc1\n'] };
    await prices.run([first], { ...options, ledger });
    const short: Version = { id: 'v1b', chunks: ['a2\n'] };
    for (const [version, code] of [
      [short, 'OBJECT_RECORDS_UNEXPECTED'],
      [short, 'OBJECT_RECORDS_UNEXPECTED'],
      [{ id: 'v1c', chunks: [] }, 'OBJECT_WITHOUT_RECORDS'],
    ] as const) {
      const { reports } = await prices.run([version], { ...options, ledger, expect: { records: { min: 2 } } });
      expect(reports[0]).toMatchObject({ outcome: 'failed', counters: {}, error: { code } });
      expect(values()).toEqual(expect.arrayContaining(['a1', 'b1', 'c1']));
    }
    await prices.run([whole], { ...options, ledger, expect: { records: { min: 2 } } });
    expect(values()).toEqual(['a2', 'b2', 'c2']);
  });

  it('is continued by a duplicate delivery, at whichever call it was killed', async () => {
    for (let kill = 0; kill < 3; kill += 1) {
      let [calls, now] = [0, 1_000_000];
      let killed = false;
      const { sink, values } = table(async () => {
        killed = calls === kill;
        calls += 1;
        if (killed) throw new Error('killed');
      });
      const memory = memoryLedger(() => now);
      // Nothing gives back the claim of a process that was killed.
      const ledger: Ledger = {
        ...memory,
        finish: async (request, progress, report) => {
          if (!killed) await memory.finish(request, progress, report);
        },
      };
      const prices = landed(sink);
      const second: Version = { id: 'v1b', chunks: ['a1b\nb1b\n', 'c\n'], broken: true };
      for (const version of [cut, second, { ...whole, id: 'v1c', broken: true }]) {
        await prices.run([version], { ...options, ledger });
      }
      const { reports } = await prices.run([whole], { ...options, ledger });
      expect(reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'RUNNER_FAILED' } });
      expect(values().length).toBeGreaterThan(3);
      killed = false;
      const tooEarly = await prices.run([whole], { ...options, ledger });
      expect(tooEarly.reports[0]).toMatchObject({ outcome: 'held', error: { code: 'ITEM_HELD', retryable: true } });
      now += 2000;
      const again = await prices.run([whole], { ...options, ledger });
      expect(again.reports[0]).toMatchObject({ outcome: 'duplicate' });
      expect(values()).toEqual(['a2', 'b2', 'c2']);
      expect(calls).toBe(4);
      await prices.run([whole], { ...options, ledger });
      expect(calls).toBe(4);
    }
  });

  it.each([true, false])('is continued by a duplicate that is not opened any more (exact: %s)', async (exact) => {
    let isAway = true;
    let opened = 0;
    const { sink, values } = table(async () => {
      if (isAway) throw new Error('away');
    });
    const prices = landed(
      sink,
      {},
      {
        ...versions,
        identify: ({ id, sequencer }) => ({
          origin: { id, uri: 'mem:object' },
          exact,
          ...(sequencer !== undefined && { sequencer }),
        }),
        open: (...given) => {
          opened += 1;
          return versions.open(...given);
        },
      },
    );
    const replacing = { ...options, ledger: memoryLedger() };
    const second: Version = { id: 'v2', chunks: ['b\n'], sequencer: '02' };
    await prices.run([{ id: 'v1', chunks: ['a\n'], sequencer: '01' }], replacing);
    expect(await prices.run([second], replacing)).toMatchObject({ outcome: 'failed' });
    isAway = false;
    const { reports } = await prices.run([second], replacing);
    expect(reports[0]).toMatchObject({ outcome: 'duplicate', counters: { table: { retired: 1 } } });
    expect([values(), opened]).toEqual([['b'], 2]);
  });

  it('continues at the slice that it had come to', async () => {
    const calls: [from: number, to: number][] = [];
    const { sink, values } = table(async (rows) => {
      if (rows.by === 'place') calls.push([rows.from, rows.to]);
      if (calls.length === 2) throw new Error('cut off');
    });
    const prices = landed({ ...sink, limits: { count: 1000 } });
    const ledger = memoryLedger();
    const lineOf = (n: number): string => `a${n}\n`;
    const long: Version = { id: 'v1', chunks: [Array.from({ length: 12_000 }, (_, n) => lineOf(n)).join('')] };
    await prices.run([long], { ...options, ledger });
    const { reports } = await prices.run([whole], { ...options, ledger });
    expect(reports[0]?.outcome).toBe('failed');
    expect((await ledger.entries('prices', 'object'))[0]).toMatchObject({ retiredBelow: 5000, retired: false });
    expect(values()).toHaveLength(7000 + 3);
    await prices.run([whole], { ...options, ledger });
    expect(calls).toEqual([
      [0, 5000],
      [5000, 10_000],
      [5000, 10_000],
      [10_000, 12_000],
    ]);
    expect(values()).toEqual(['a2', 'b2', 'c2']);
  });

  it('finds the rows of nested fan-outs', async () => {
    const { sink, values } = table();
    const split = (by: string) => ({
      kind: 'each' as const,
      name: 'split',
      apply: (line: string) => (line.includes(by) ? many(line.split(by)) : line),
    });
    const prices = feed('prices')
      .from(versions)
      .through(lines())
      .through(split('|'))
      .through(split(','))
      .through(landingEach<string, NonNullable<unknown>, 'nested'>('land', {}, String))
      .to(sink);
    const ledger = memoryLedger();
    await prices.run([{ id: 'v1', chunks: ['a,b|c|d,e,f\n', 'g\nh|i\n', 'j,k\n'] }], { ...options, ledger });
    expect(values()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k']);
    await prices.run([{ id: 'v2', chunks: ['x,y\n'] }], { ...options, ledger });
    expect(values()).toEqual(['x', 'y']);
  });

  it('leaves a row whose natural key a newer version has taken', async () => {
    const { sink, values } = table();
    const prices = landed(sink, { key: (line) => line[0]! });
    const ledger = memoryLedger();
    await prices.run([{ id: 'v1', chunks: ['a1\nb1\nc1\n'] }], { ...options, ledger });
    await prices.run([{ id: 'v2', chunks: ['b2\nd2\n'] }], { ...options, ledger });
    expect(values()).toEqual(['b2', 'd2']);
  });

  it('is refused if rows cannot be found again', async () => {
    const { sink } = table();
    const plain = feed('plain').from(versions).through(lines()).to(keep<string>().sink);
    const ledger = memoryLedger();
    await expect(plain.run([whole], { ...options, ledger })).rejects.toMatchObject({ code: 'RETIRE_UNSUPPORTED' });
    const { retire: _, ...without } = sink;
    await expect(landed(without).run([whole], { ...options, ledger })).rejects.toMatchObject({
      code: 'RETIRE_UNSUPPORTED',
    });
    const prevented = landed({ ...sink, retireObstacle: () => 'a key that nobody knows.' });
    await expect(prevented.run([whole], { ...options, ledger })).rejects.toMatchObject({
      code: 'RETIRE_UNSUPPORTED',
      message: expect.stringContaining('a key that nobody knows.') as string,
    });
    await expect(landed(sink).run([whole], options)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    const { retired: __, ...forgetful } = ledger;
    await expect(landed(sink).run([whole], { ...options, ledger: forgetful })).rejects.toMatchObject({
      code: 'RETIRE_UNSUPPORTED',
    });
  });

  it('is checked without a run', () => {
    const { sink } = table();
    const ledger = memoryLedger();
    const plain = feed('plain').from(versions).through(lines()).to(keep<string>().sink);
    expect(() => checkRun(plain, { ledger, versions: 'replace' })).toThrow(
      expect.objectContaining({ code: 'RETIRE_UNSUPPORTED' }),
    );
    expect(() => checkRun(landed(sink), { versions: 'replace' })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
    expect(() => checkRun(landed(sink), { ledger, versions: 'replace' })).not.toThrow();
    expect(() => checkRun(plain, { ledger })).not.toThrow();
  });
});

describe('purge', () => {
  async function twoVersions() {
    const { sink, values } = table();
    const prices = landed(sink);
    const ledger = memoryLedger();
    const newest = { ...options, versions: 'newest', ledger } as const;
    await prices.run([cut], newest);
    await prices.run([whole], newest);
    return { prices, ledger, values };
  }

  it('says what it would delete, deletes it, and has nothing left to do', async () => {
    const { prices, ledger, values } = await twoVersions();
    const before = values();
    const dry = await purge({ feed: prices, ledger, object: whole, dryRun: true });
    expect(dry).toMatchObject({ object: 'object', dryRun: true, versions: [{ version: 'v1' }], deleted: 3 });
    expect(values()).toEqual(before);
    const done = await purge({ feed: prices, ledger, object: { described: 'object' } });
    expect({ ...done, dryRun: true }).toEqual(dry);
    expect(values()).toEqual(['a2', 'b2', 'c2']);
    expect(await purge({ feed: prices, ledger, object: whole })).toMatchObject({ versions: [], deleted: 0 });
  });

  it('settles the rejections of the versions that it purges, and no others', async () => {
    const { prices, ledger } = await twoVersions();
    const rejectionOf = (id: string, ordinal: number): Rejection => ({
      feed: 'prices',
      run: 'run',
      item: { id, uri: 'mem:object' },
      ordinal,
      branch: '',
      stage: 'lines',
      code: 'BAD_LINE',
      message: 'a bad line',
    });
    const settled: string[] = [];
    const quarantine: Quarantine = {
      ...keepRejections().sink,
      rejections: async function* () {
        yield* [rejectionOf('v1', 0), rejectionOf('v2', 1), rejectionOf('v1', 2)];
      },
      settle: async (rejections) =>
        void settled.push(...rejections.map(({ item, ordinal }) => `${item.id} ${ordinal}`)),
    };
    const dry = await purge({ feed: prices, ledger, object: whole, quarantine, dryRun: true });
    expect([dry.rejections, settled]).toEqual([2, []]);
    expect(await purge({ feed: prices, ledger, object: whole, quarantine })).toMatchObject({ rejections: 2 });
    expect(settled).toEqual(['v1 0', 'v1 2']);
    // Whatever was cut off between the two is made up for.
    expect(await purge({ feed: prices, ledger, object: whole, quarantine })).toMatchObject({
      versions: [{ version: 'v1', deleted: 0, rejections: 2 }],
    });
  });

  it('deletes one version by name, the latest included, and nothing under a version that is not complete', async () => {
    const { prices, ledger, values } = await twoVersions();
    expect(await purge({ feed: prices, ledger, object: whole, version: 'v2' })).toMatchObject({ deleted: 3 });
    expect(values()).toEqual(['a1', 'b1', 'c1']);
    await expect(purge({ feed: prices, ledger, object: whole, version: 'v9' })).rejects.toMatchObject({
      code: 'PURGE_VERSION_UNKNOWN',
    });
    await prices.run([{ ...whole, id: 'v3', broken: true }], { ...options, ledger });
    await expect(purge({ feed: prices, ledger, object: whole })).rejects.toMatchObject({ code: 'PURGE_NOT_COMPLETE' });
  });
});

describe('purge', () => {
  let reached = (): void => {};
  const never = (): Promise<never> => {
    reached();
    return new Promise<never>(() => {});
  };
  const hanging: Readonly<Record<string, (ledger: Ledger) => Partial<Parameters<typeof purge<Version>>[0]>>> = {
    'the entries of the ledger': (ledger) => ({ ledger: { ...ledger, entries: never } }),
    'the claim': (ledger) => ({ ledger: { ...ledger, claim: never } }),
    'the deletion': () => ({ feed: landed(table(never).sink) }),
    'what the ledger stores of it': (ledger) => ({ ledger: { ...ledger, retired: never } }),
    'the end of the claim': (ledger) => ({ ledger: { ...ledger, retired: never, finish: never } }),
    'the rejections': () => ({
      quarantine: {
        ...keepRejections().sink,
        rejections: () => ({ [Symbol.asyncIterator]: () => ({ next: never, return: never }) }),
        settle: never,
      },
    }),
  };

  it.each(Object.entries(hanging))('ends with its signal, however %s hangs', async (_, broken) => {
    const { sink } = table();
    const prices = landed(sink);
    const ledger = memoryLedger();
    await prices.run([cut], { ...options, versions: 'newest', ledger });
    await prices.run([whole], { ...options, versions: 'newest', ledger });
    const abort = new AbortController();
    vi.useFakeTimers();
    try {
      const hangs = new Promise<void>((resolve) => (reached = resolve));
      const purging = purge({ feed: prices, ledger, object: whole, signal: abort.signal, ...broken(ledger) });
      const ends = expect(purging).rejects.toThrow();
      await hangs;
      abort.abort(new Error('enough'));
      // The grace period, and then a second for each plugin that does not notice.
      await vi.advanceTimersByTimeAsync(8000);
      await ends;
    } finally {
      vi.useRealTimers();
    }
  });
});
