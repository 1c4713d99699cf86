import { MillraceError } from '@millrace/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { allSettled, deliver, type Delivery } from '../src/deliver.ts';
import { marshal } from '../src/marshal.ts';
import type { Put } from '../src/put.ts';
import {
  BUSY,
  DONE,
  failure,
  held,
  HOT,
  put,
  PUTS,
  REFUSED,
  type Response,
  stand,
  type Step,
  THROTTLED,
  UNITS,
} from './support/delivery.ts';

describe('what the rate learns', () => {
  const learned = async (...steps: readonly Step[]) => {
    const { delivery, answered } = stand(steps);
    await deliver(PUTS, delivery);
    return answered;
  };

  it('is that units were used if nobody knows whether they were', async () => {
    expect(await learned(BUSY, DONE)).toEqual([
      [UNITS, UNITS, 0],
      [UNITS, UNITS, 0],
    ]);
  });

  it('is that units were held back, and not used, if the table has no capacity left', async () => {
    expect(await learned(THROTTLED, DONE)).toEqual([
      [UNITS, 0, UNITS],
      [UNITS, UNITS, 0],
    ]);
  });

  it('is that neither is so if one range of keys has none left, or an item is refused', async () => {
    expect((await learned(HOT, DONE))[0]).toEqual([UNITS, 0, 0]);
    expect((await learned(REFUSED, DONE))[0]).toEqual([UNITS, 0, 0]);
  });

  it('is what the service says it has charged, or what it took', async () => {
    expect(await learned({ ...DONE, writeUnits: 7 })).toEqual([[UNITS, 7, 0]]);
    expect(await learned({ ...DONE, writeUnits: 1 })).toEqual([[UNITS, 1, 0]]);
    expect(await learned(held('b'), DONE)).toEqual([
      [UNITS, UNITS / 2, UNITS / 2],
      [UNITS / 2, UNITS / 2, 0],
    ]);
  });

  it('is spent only as far as the service says so', async () => {
    const { delivery, spent } = stand([held('b'), { ...DONE, writeUnits: 1 }]);
    await deliver(PUTS, delivery);
    expect(spent).toEqual([1]);
  });
});

describe('a request', () => {
  const never = (): never => expect.fail('it was sent');

  it('waits until the rate lets it go', async () => {
    const turn = Promise.withResolvers<void>();
    const entered: unknown[] = [];
    const { delivery, sent, answered } = stand([DONE]);
    const enter: Delivery['rate']['enter'] = (...call) => {
      entered.push(call);
      return turn.promise;
    };
    const writing = deliver(PUTS, { ...delivery, rate: { ...delivery.rate, enter } });
    await new Promise((resolve) => void setImmediate(resolve));
    expect([entered, sent]).toEqual([[[UNITS, delivery.context.signal]], []]);
    turn.resolve();
    await writing;
    expect([sent, answered.length]).toEqual([[['a', 'b']], 1]);
  });

  it('is not sent if the lease ran out, or the signal fired, while it waited', async () => {
    const abort = new AbortController();
    const waiting = (then: () => void) => ({ maxUnits: 1, answered: never, enter: () => Promise.resolve().then(then) });
    let timeLeft = 1;
    const late = stand([never], { rate: waiting(() => void (timeLeft = 0)) }, { timeLeftMs: () => timeLeft });
    await expect(deliver(PUTS, late.delivery)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
    const stopped = stand([never], { rate: waiting(() => abort.abort()) }, { signal: abort.signal });
    await expect(deliver(PUTS, stopped.delivery)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
  });

  it('that fails once the signal has fired is one that was stopped', async () => {
    const abort = new AbortController();
    const failing = (): Error => {
      abort.abort('stop');
      return failure('AccessDeniedException', 400);
    };
    const { delivery, answered } = stand([failing], {}, { signal: abort.signal });
    await expect(deliver(PUTS, delivery)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED', cause: 'stop' });
    expect(answered).toEqual([]);
  });

  it('counts what the client has tried again, and what is sent again', async () => {
    const counted = async (...steps: readonly Step[]) => {
      const { delivery, counts } = stand(steps);
      await deliver(PUTS, delivery);
      return counts;
    };
    expect(await counted(DONE)).toEqual([]);
    expect(await counted({ ...DONE, attempts: 3 })).toEqual([['retries', 2]]);
    const again = ['retries', undefined];
    expect(await counted(BUSY, DONE)).toEqual([again]);
    expect(await counted(failure('InternalServerError', 500, {}, 4), DONE)).toEqual([['retries', 3], again]);
    expect(await counted(THROTTLED, DONE)).toEqual([['throttles', undefined], again]);
    expect(await counted(held('a'), DONE)).toEqual([['throttles', undefined], again]);
  });

  it('that gets the response to another one has an unknown outcome, with what is known of the exchange', async () => {
    for (const other of [held('c'), held('a', 'a'), { ...DONE, unprocessed: [{}] }]) {
      const { delivery, sent } = stand([{ ...other, attempts: 2 }, DONE]);
      await deliver(PUTS, delivery);
      expect(sent).toEqual([
        ['a', 'b'],
        ['a', 'b'],
      ]);
      const stuck = stand([{ ...other, attempts: 2 }]);
      await expect(deliver(PUTS, stuck.delivery)).rejects.toMatchObject({
        code: 'DYNAMODB_RESPONSE_INVALID',
        cause: { $metadata: { httpStatusCode: 200, attempts: 2 } },
      });
    }
  });

  it('that no retry helps is not repeated', async () => {
    const { delivery, sent, answered } = stand([failure('AccessDeniedException', 400)]);
    await expect(deliver(PUTS, delivery)).rejects.toMatchObject({ code: 'DYNAMODB_ACCESS_DENIED', retryable: false });
    expect([sent.length, answered]).toEqual([1, [[UNITS, 0, 0]]]);
  });
});

describe('the budget', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(1);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  /** Delivers on a clock that only waits move. */
  async function delivered(
    puts: readonly Put[],
    { delivery }: ReturnType<typeof stand>,
  ): Promise<MillraceError | undefined> {
    const done = deliver(puts, delivery).then(
      () => undefined,
      (thrown: unknown) => thrown as MillraceError,
    );
    await vi.runAllTimersAsync();
    return done;
  }
  const budget = { attempts: 4, baseMs: 100, capMs: 10_000, timeMs: 60_000 };

  it('is of attempts in a row, each after twice the wait, and begins again when some get through', async () => {
    const stuck = stand([BUSY], { budget });
    expect(await delivered(PUTS, stuck)).toMatchObject({ code: 'DYNAMODB_UNAVAILABLE', retryable: true });
    expect(stuck.at).toEqual([0, 100, 300, 700]);
    const slow = stand([BUSY, BUSY, held('b'), BUSY, BUSY, BUSY, DONE], { budget });
    expect(await delivered(PUTS, slow)).toBeUndefined();
    expect(slow.at).toEqual([0, 100, 300, 300, 400, 600, 1000]);
    expect(slow.sent.at(-1)).toEqual(['b']);
    const short = stand([BUSY, DONE], { budget: { ...budget, baseMs: 1 } });
    expect(await delivered(PUTS, short)).toBeUndefined();
    expect(short.at).toEqual([0, 1]);
  });

  it('is no wait before the first attempt', async () => {
    const { delivery, sent } = stand([DONE], { budget });
    const writing = deliver(PUTS, delivery);
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    expect([sent.length, vi.getTimerCount()]).toEqual([1, 0]);
    await writing;
  });

  it('is of time as well, which ends a wait and begins again when some get through', async () => {
    const timed = { ...budget, attempts: 100, timeMs: 1000 };
    const stuck = stand([held('a', 'b')], { budget: timed });
    expect(await delivered(PUTS, stuck)).toMatchObject({
      code: 'DYNAMODB_UNPROCESSED',
      retryable: true,
      details: { table: 'landing', items: 2 },
    });
    expect(stuck.at).toEqual([0, 100, 300, 700, 1000]);
    const slow = stand([BUSY, BUSY, BUSY, held('b'), BUSY, BUSY, BUSY, DONE], { budget: timed });
    expect(await delivered(PUTS, slow)).toBeUndefined();
    expect(slow.at).toEqual([0, 100, 300, 700, 700, 800, 1000, 1400]);
  });

  it('ends with the reason of the last attempt, and the place of a hot key', async () => {
    const hot = stand([HOT], { budget });
    const error = await delivered([put('a', { position: 7 })], hot);
    expect(error).toMatchObject({
      code: 'DYNAMODB_KEY_RANGE_THROTTLED',
      retryable: true,
      cause: HOT,
      details: { table: 'landing', item: 'mem:object', ordinal: 7 },
    });
    expect(error?.message).toMatch(/Record 7 of mem:object has such a key\.$/);
    expect(hot.sent).toHaveLength(4);
  });
});

describe('a batch', () => {
  const four = ['a', 'b', 'c', 'd'].map((key, position) => put(key, { position }));

  it('of which one item is refused is sent by halves, one after the other', async () => {
    const refusing = (keys: readonly string[]) => (keys.includes('b') ? REFUSED : DONE);
    const { delivery, sent, refused, checked } = stand([refusing]);
    await deliver(four, delivery);
    expect(sent.map((keys) => keys.join(''))).toEqual(['abcd', 'ab', 'a', 'b', 'cd']);
    expect(refused).toEqual([[four[1], expect.objectContaining({ code: 'DYNAMODB_ITEM_INVALID' })]]);
    expect(checked).toEqual([delivery.context.signal]);
  });

  it('has no item refused if the key of the table is another', async () => {
    const other = new MillraceError('DYNAMODB_REQUEST_INVALID', 'The key is another.');
    const { delivery, refused } = stand([REFUSED], { checkKey: () => Promise.reject(other) });
    await expect(deliver([put('a')], delivery)).rejects.toBe(other);
    expect(refused).toEqual([]);
  });

  it('delivers what an item that is refused was put in the place of', async () => {
    const superseded = put('a', { item: marshal({ uuid: 'a', n: 1 }) });
    const { delivery, sent } = stand([REFUSED, DONE]);
    await deliver([put('a', { superseded })], delivery);
    expect(sent).toEqual([['a'], ['a']]);
  });

  it('with a hot key is sent by halves, side by side, and what is under way ends first', async () => {
    const slow = Promise.withResolvers<Response>();
    const hot = (keys: readonly string[]) => (keys.includes('a') ? HOT : keys.includes('c') ? slow.promise : DONE);
    const { delivery, sent } = stand([hot], { budget: { attempts: 1, baseMs: 0, capMs: 0, timeMs: 60_000 } });
    let isOver = false;
    const writing = deliver(four, delivery).finally(() => {
      isOver = true;
    });
    const failed = expect(writing).rejects.toMatchObject({ code: 'DYNAMODB_KEY_RANGE_THROTTLED' });
    await vi.waitFor(() => expect(sent).toHaveLength(5));
    expect(sent.map((keys) => keys.join('')).toSorted()).toEqual(['a', 'ab', 'abcd', 'b', 'cd']);
    expect(isOver).toBe(false);
    slow.resolve(DONE);
    await failed;
  });
});

it('of several errors one counts that no retry helps', async () => {
  const passing = new MillraceError('A', 'a', { retryable: true });
  const lasting = new MillraceError('B', 'b');
  // What is not of Millrace says nothing by such a member.
  const other = Object.assign(new Error('c'), { retryable: true });
  const thrown = (...errors: readonly Error[]): Promise<unknown> =>
    allSettled([Promise.resolve(), ...errors.map((error) => Promise.reject(error))]).catch((error: unknown) => error);
  expect(await thrown()).toBeUndefined();
  expect(await thrown(passing)).toBe(passing);
  expect(await thrown(passing, lasting, other)).toBe(lasting);
  expect(await thrown(passing, other)).toBe(other);
});
