import { type Each, feed, map, type Sink } from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';
import { lines, textSource } from './fixtures.ts';

const KEYS = 5;
const RECORDS = 60;
const text = { name: 'keyed', chunks: [Array.from({ length: RECORDS }, (_, n) => `k${n % KEYS} ${n}\n`).join('')] };

const keyOf = (line: string): string => line.split(' ')[0]!;

/** A destination whose writes settle in the opposite of the order in which they were started, a few at a time. */
function contrary(own: Partial<Sink<string>> = {}): {
  readonly sink: Sink<string>;
  readonly rows: Map<string, string>;
  readonly most: () => number;
  readonly overlaps: () => number;
} {
  const rows = new Map<string, string>();
  const flying: { readonly keys: ReadonlySet<string>; readonly land: () => void }[] = [];
  let most = 0;
  let overlaps = 0;
  const landLatest = (): void => {
    flying.pop()?.land();
  };
  const write = (entries: readonly Entry<string>[]): Promise<void> => {
    const keys = new Set(entries.map(({ value }) => keyOf(value)));
    if (flying.some((other) => [...keys].some((key) => other.keys.has(key)))) overlaps += 1;
    return new Promise((resolve) => {
      const land = (): void => {
        for (const { value } of entries) rows.set(keyOf(value), value);
        resolve();
      };
      flying.push({ keys, land });
      most = Math.max(most, flying.length);
      // All that can be in flight by then are; the latest lands first.
      setImmediate(() => setImmediate(landLatest));
    });
  };
  return {
    sink: { name: 'contrary', limits: { count: 2 }, concurrency: 8, write, ...own },
    rows,
    most: () => most,
    overlaps: () => overlaps,
  };
}

const last = new Map(Array.from({ length: KEYS }, (_, key) => [`k${key}`, `k${key} ${RECORDS - KEYS + key}`]));
const start = () => feed('keyed').from(textSource()).through(lines());

describe('records of one object that share a key', () => {
  it('arrive in file order, whatever is in flight', async () => {
    const { sink, rows, overlaps, most } = contrary({ keyOf });
    await start().to(sink).run([text]);
    expect(overlaps()).toBe(0);
    expect(rows).toEqual(last);
    expect(most()).toBeGreaterThan(1);
  });

  it('arrive in file order if objects may share writes', async () => {
    const { sink, rows, overlaps } = contrary({ keyOf, mixesItems: true });
    await start().to(sink).run([text]);
    expect([overlaps(), rows]).toEqual([0, last]);
  });

  it('would not, if the sink named no keys', async () => {
    const { sink, rows } = contrary();
    await start().to(sink).run([text]);
    expect(rows).not.toEqual(last);
  });

  it('are not asked for their keys if the last transform makes every key unique', async () => {
    let asked = 0;
    const counting = (line: string): string => {
      asked += 1;
      return keyOf(line);
    };
    const unique: Each<string, string> = { kind: 'each', name: 'unique', uniqueKeys: true, apply: (line) => line };
    await start()
      .through(unique)
      .to(contrary({ keyOf: counting }).sink)
      .run([text]);
    expect(asked).toBe(0);
    await start()
      .through(unique)
      .through(map((line) => line))
      .to(contrary({ keyOf: counting }).sink)
      .run([text]);
    expect(asked).toBe(RECORDS);
  });

  it('do not wait for a write that has failed: the object fails', async () => {
    let writes = 0;
    const { sink } = contrary({ keyOf });
    const failing: Sink<string> = {
      ...sink,
      write: (entries, context) =>
        (writes += 1) === 3 ? Promise.reject(new Error('down')) : sink.write(entries, context),
    };
    const report = await start().to(failing).run([text], { onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({ outcome: 'failed', error: { code: 'SINK_FAILED' } });
  });

  it('do not hold the run past its deadline if an earlier write of their key hangs', async () => {
    for (const mixesItems of [false, true]) {
      const stop = new AbortController();
      const hanging: Sink<string> = {
        name: 'hanging',
        limits: { count: 2 },
        concurrency: 8,
        mixesItems,
        keyOf,
        write: () => new Promise(() => stop.abort()),
      };
      const one = { name: 'short', chunks: ['k0 0\nk0 1\nk0 2\n'] };
      const options = { deadline: Date.now() + 50, graceMs: 0, onFailure: 'report' } as const;
      const { reports } = await start().to(hanging).run([one], options);
      expect(reports[0]).toMatchObject({ outcome: 'aborted', written: 0 });
      expect(stop.signal.aborted).toBe(true);
    }
  });
});
