import { type Ledger, memoryLedger } from '@millrace/core';
import { failed, status } from '@millrace/core/operate';
import { describe, expect, it } from 'vitest';
import { DAY, enter, listedRef, START, TestClock } from './operate-fixtures.ts';

const from = new Date(START);

/** Two days of entries in every state; the first claim of each is a minute after the one before. */
async function twoDays(clock: TestClock): Promise<Ledger> {
  const ledger = memoryLedger(clock.now);
  const step = async (...entered: Parameters<typeof enter> extends [Ledger, ...infer Rest] ? Rest : never) => {
    await enter(ledger, ...entered);
    clock.time += 60_000;
  };
  await step(listedRef('in/a', START), 'complete');
  await step(listedRef('in/b', START), 'complete', { rejected: 2 });
  await step(listedRef('in/c', START), 'failed', { rejected: 1 });
  await step(listedRef('out/d', START), 'aborted');
  await step(listedRef('in/e', START), 'claimed');
  await step(listedRef('in/f', START), 'failed', { feed: 'stock' });
  clock.time = START + DAY;
  await step(listedRef('in/g', START), 'failed');
  return ledger;
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

describe('the status of a feed', () => {
  it('sums up what was first claimed in a period', async () => {
    const clock = new TestClock();
    const ledger = await twoDays(clock);
    const report = await status({ ledger, feed: 'prices', from, until: new Date(START + DAY) }, clock.now);
    expect(report).toEqual({
      feed: 'prices',
      from: from.toISOString(),
      until: new Date(START + DAY).toISOString(),
      objects: 5,
      statuses: { done: 2, failed: 1, unfinished: 2, held: 0, stale: 0 },
      withRejections: 1,
      records: expect.objectContaining({ read: 40, written: 37, rejected: 3, unsettled: 0 }),
      rejected: 3,
      bytesDone: 200,
      failures: { GZIP_TRUNCATED: 1 },
      firstAt: from.toISOString(),
      lastAt: new Date(START + 4 * 60_000).toISOString(),
    });
  });

  it('tells what is held from what a dead run has left', async () => {
    const clock = new TestClock();
    const ledger = memoryLedger(clock.now);
    await enter(ledger, listedRef('a', START), 'claimed');
    expect((await status({ ledger, feed: 'prices', from }, clock.now)).statuses).toMatchObject({
      held: 1,
      unfinished: 0,
    });
    clock.time += 60_000;
    expect((await status({ ledger, feed: 'prices', from }, clock.now)).statuses).toMatchObject({
      held: 0,
      unfinished: 1,
    });
  });

  it('looks at the objects under a name, without an end', async () => {
    const clock = new TestClock();
    const ledger = await twoDays(clock);
    const { objects, until, failures } = await status({ ledger, feed: 'prices', from, source: 'text:in/' }, clock.now);
    expect([objects, until, failures]).toEqual([5, undefined, { GZIP_TRUNCATED: 2 }]);
    const nothing = await status({ ledger, feed: 'prices', from: new Date(START + 9 * DAY) }, clock.now);
    expect([nothing.objects, nothing.firstAt]).toEqual([0, undefined]);
  });

  it('refuses a ledger that cannot be listed, and options that cannot be', async () => {
    const { list: _, ...ledger } = memoryLedger();
    await expect(status({ ledger, feed: 'prices', from })).rejects.toMatchObject({ code: 'LEDGER_NOT_LISTABLE' });
    expect(() => failed({ ledger, feed: 'prices', from })).toThrow(
      expect.objectContaining({ code: 'LEDGER_NOT_LISTABLE' }),
    );
    const wrong = { ledger: memoryLedger(), feed: 'prices', from: 'yesterday' as never };
    await expect(status(wrong)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect(() => failed({ ...wrong, from, concurrency: 0 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});

describe('what failed', () => {
  it('comes with the whole entry, in the order of the days', async () => {
    const ledger = await twoDays(new TestClock());
    const found = await all(failed({ ledger, feed: 'prices', from }));
    expect(found.map(({ object, report }) => [object, report?.error?.message])).toEqual([
      ['text:in/c', 'The file ends early.'],
      ['text:in/g', 'The file ends early.'],
    ]);
    expect(await all(failed({ ledger, feed: 'prices', from, source: 'text:out' }))).toEqual([]);
  });

  it('leaves out what a listing that lags still shows as failed', async () => {
    const clock = new TestClock();
    const ledger = await twoDays(clock);
    const before = await all(ledger.list!({ feed: 'prices', from }));
    await enter(ledger, listedRef('in/c', START), 'complete');
    const lagging: Ledger = {
      ...ledger,
      list: async function* ({ states }) {
        yield* before.filter(({ state }) => states!.includes(state));
      },
    };
    const found = await all(failed({ ledger: lagging, feed: 'prices', from }));
    expect(found.map(({ object }) => object)).toEqual(['text:in/g']);
  });
});
