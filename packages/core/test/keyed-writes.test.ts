import { feed } from '@millrace/core';
import type { Entry } from '@millrace/core/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyOrder } from '../src/run/write/key-order.ts';
import { keep, lines, textSource } from './fixtures.ts';

/** `key=value` lines; a line without `=` has no key. */
const keyOf = (line: string): string | undefined => (line.includes('=') ? line.split('=')[0] : undefined);
const start = () => feed('keyed').from(textSource()).through(lines());
const ref = (name: string, values: readonly string[]) => ({ name, chunks: values.map((value) => `${value}\n`) });

describe('records that share a key', () => {
  it('arrive in file order, and no more writes are in flight than the sink allows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          objects: fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 40 }), {
            minLength: 1,
            maxLength: 3,
          }),
          count: fc.integer({ min: 1, max: 5 }),
          concurrency: fc.integer({ min: 1, max: 4 }),
          mixesItems: fc.boolean(),
          group: fc.constantFrom(1, 1, 2, 3),
          waits: fc.infiniteStream(fc.nat(3)),
        }),
        async ({ objects, count, concurrency, mixesItems, group, waits }) => {
          let underWay = 0;
          const settled: Entry<string>[] = [];
          const report = await start()
            .to({
              name: 'slow',
              limits: { count: Math.max(count, group) },
              concurrency,
              mixesItems,
              group,
              writeSingly: async () => {},
              keyOf,
              write: async (batch) => {
                underWay += 1;
                expect(underWay).toBeLessThanOrEqual(concurrency);
                for (let turn = waits.next().value as number; turn > 0; turn--) {
                  await new Promise((resolve) => void setImmediate(resolve));
                }
                underWay -= 1;
                settled.push(...batch);
              },
            })
            .run(
              objects.map((keys, index) =>
                ref(
                  `object-${index}`,
                  keys.map((key, at) => (key === '' ? `${at}` : `${key}=${at}`)),
                ),
              ),
              { concurrency: objects.length, expect: { records: { min: 0 } } },
            );
          expect(report.outcome).toBe('complete');
          expect(settled).toHaveLength(objects.flat().length);
          const ofKey = Map.groupBy(
            settled.filter(({ value }) => keyOf(value) !== undefined),
            ({ item, value }) => `${item.id} ${keyOf(value)}`,
          );
          for (const entries of ofKey.values()) {
            const ordinals = entries.map(({ ordinal }) => ordinal);
            expect(ordinals).toEqual(ordinals.toSorted((left, right) => left - right));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  /** Runs two writes, the first of which settles only once the second has begun. */
  async function side(values: readonly string[]): Promise<string> {
    const both = Promise.withResolvers<void>();
    let begun = 0;
    const kept = keep<string>({
      limits: { count: 1 },
      concurrency: 2,
      keyOf,
      before: async () => {
        begun += 1;
        if (begun === 2) both.resolve();
        await both.promise;
      },
    });
    return (
      await start()
        .to(kept.sink)
        .run([ref('two', values)])
    ).outcome;
  }

  it('wait for each other alone: writes of other keys, or of none, are in flight together', async () => {
    expect(await side(['a=1', 'b=2'])).toBe('complete');
    expect(await side(['1', '2'])).toBe('complete');
  });
});

describe('the order of keys', () => {
  it('forgets a key with its last write, so that its memory is bounded', async () => {
    const order = new KeyOrder();
    const first = order.enter(new Set(['a', 'b']));
    expect(first.ready).toBeUndefined();
    const second = order.enter(new Set(['b', 'c']));
    first.settled();
    await second.ready;
    // Its second write holds `b` still; nothing holds `a`.
    expect(order.enter(new Set(['a'])).ready).toBeUndefined();
    expect(order.enter(new Set(['b'])).ready).toBeDefined();
    second.settled();
    expect(order.enter(new Set(['c'])).ready).toBeUndefined();
  });
});
