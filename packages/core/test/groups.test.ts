import { feed, filter, flatMap, memoryLedger, type Sink } from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keep, keepRejections, lines, numbered, textSource } from './fixtures.ts';

/** The clock moves only where a test says so. */
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Every third line is dropped, every seventh is bad, every eleventh becomes two records. */
function unevenLines(count: number, perChunk: number) {
  const chunks: string[] = [];
  for (let from = 0; from < count; from += perChunk) {
    const numbers = Array.from({ length: Math.min(perChunk, count - from) }, (_, index) => from + index);
    chunks.push(numbers.map((n) => (n % 7 === 3 ? `bad ${n}\n` : `${n}\n`)).join(''));
  }
  return { name: 'uneven', chunks };
}

function expectedGroups(count: number, group: number): Map<number, string> {
  const groups = new Map<number, string[]>();
  for (let n = 0; n < count; n++) {
    if (n % 3 === 1 || n % 7 === 3) continue;
    const at = Math.floor(n / group);
    const values = n % 11 === 5 ? [`${n}a`, `${n}b`] : [`${n}`];
    groups.set(at, [...(groups.get(at) ?? []), ...values]);
  }
  return new Map([...groups].map(([at, values]) => [at, values.join()]));
}

function groupsOf(entries: readonly Entry<string>[], group: number): Map<number, string> {
  const byGroup = Map.groupBy(entries, ({ ordinal }) => Math.floor(ordinal / group));
  return new Map([...byGroup].map(([at, members]) => [at, members.map(({ value }) => value).join()]));
}

const uneven = (sink: Sink<string>) =>
  feed('uneven')
    .from(textSource())
    .through(lines())
    .through(filter((line: string) => Number(line) % 3 !== 1))
    .through(flatMap((line: string) => (Number(line) % 11 === 5 ? [`${line}a`, `${line}b`] : [line])))
    .to(sink);

describe('a sink with groups', () => {
  it('gets every group whole, at every reading, whatever interrupts it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          count: fc.integer({ min: 0, max: 300 }),
          perChunk: fc.integer({ min: 1, max: 50 }),
          group: fc.integer({ min: 2, max: 40 }),
          groupsPerWrite: fc.integer({ min: 1, max: 4 }),
          concurrency: fc.integer({ min: 1, max: 4 }),
          stops: fc.array(fc.record({ after: fc.nat(6), by: fc.constantFrom('signal', 'deadline', 'crash') }), {
            maxLength: 4,
          }),
        }),
        async ({ count, perChunk, group, groupsPerWrite, concurrency, stops }) => {
          const expected = expectedGroups(count, group);
          const written = new Map<number, string>();
          const ledger = memoryLedger();
          for (const stop of [...stops, undefined]) {
            const controller = new AbortController();
            let writes = 0;
            const kept = keep<string>({
              limits: { count: group * groupsPerWrite },
              group,
              concurrency,
              writeSingly: async () => {},
              before: async (batch) => {
                for (const [at, values] of groupsOf(batch, group)) {
                  expect(values).toBe(expected.get(at));
                  written.set(at, values);
                }
                writes += 1;
                await vi.advanceTimersByTimeAsync(1);
                if (stop !== undefined && writes > stop.after) {
                  if (stop.by === 'crash') throw new Error('the table is on fire');
                  if (stop.by === 'signal') controller.abort();
                }
              },
            });
            const report = await uneven(kept.sink).run([unevenLines(count, perChunk)], {
              ledger,
              versions: 'all',
              quarantine: keepRejections().sink,
              maxRejections: { share: 1 },
              expect: { records: { min: 0 } },
              onFailure: 'report',
              signal: controller.signal,
              ...(stop?.by === 'deadline' && { deadline: Date.now() + stop.after }),
            });
            const [item] = report.reports;
            // A deadline that is over already leaves the object to the next run.
            const outcome = item?.outcome ?? report.outcome;
            if (outcome !== 'complete' && outcome !== 'duplicate') expect((item?.watermark ?? 0) % group).toBe(0);
            if (stop === undefined) expect(['complete', 'duplicate']).toContain(outcome);
          }
          expect([...written].toSorted(([a], [b]) => a - b)).toEqual([...expected]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['leaves out a group that a deadline cuts through, and stops before it', '120', 100],
    ['writes the group before one that a deadline cuts through', '70', 50],
    ['writes a group that is whole when the deadline passes', '100', 100],
    ['leaves out a group that lacks one record', '149', 100],
  ])('%s', async (_, late, written) => {
    const kept = keep<string>({ limits: { count: 100 }, group: 50, writeSingly: async () => {} });
    const source = textSource();
    const slow: typeof source = {
      ...source,
      open: async (ref, context) => {
        const item = await source.open(ref, context);
        return {
          ...item,
          chunks: async function* (itemContext) {
            for await (const chunk of item.chunks(itemContext)) {
              if (chunk.startsWith(late)) await vi.advanceTimersByTimeAsync(60);
              yield chunk;
            }
          },
        };
      },
    };
    const report = await feed('slow')
      .from(slow)
      .through(lines())
      .to(kept.sink)
      .run([numbered(200, 1)], { deadline: Date.now() + 40 });
    expect(report.reports[0]).toMatchObject({ outcome: 'aborted', watermark: written, written });
    expect(kept.values()).toEqual(Array.from({ length: written }, (_value, n) => String(n)));
  });

  it.each([19, 20, 21])('has come to the end of %d records with the last group, which may be short', async (count) => {
    const ledger = memoryLedger();
    const kept = keep<string>({ limits: { count: 20 }, group: 10, writeSingly: async () => {} });
    const { reports } = await feed('short')
      .from(textSource())
      .through(lines())
      .to(kept.sink)
      .run([numbered(count)], {
        ledger,
      });
    expect(reports[0]).toMatchObject({ outcome: 'complete', watermark: count, written: count });
    expect(await ledger.entries('short', 'text:numbers')).toMatchObject([{ state: 'complete', watermark: count }]);
  });

  it('is asked for writeSingly, and for room for one group', () => {
    const to = (sink: Partial<Sink<string>>) =>
      feed('odd')
        .from(textSource())
        .through(lines())
        .to({ name: 'odd', write: async () => {}, ...sink });
    expect(() => to({ group: 10 })).toThrow('needs writeSingly');
    expect(() => to({ group: 10, limits: { count: 5 }, writeSingly: async () => {} })).toThrow('groups of 10');
    expect(() => to({ group: 1.5, writeSingly: async () => {} })).toThrow('integer');
  });
});
