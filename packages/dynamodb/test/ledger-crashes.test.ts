import type { Ledger } from '@millrace/core';
import type { ClaimRequest } from '@millrace/core/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbLedger } from '../src/index.ts';
import { claimOf, LEASE_MS, type LedgerStand, newObject, reportOf, startLedgerStand } from './support/ledger-stand.ts';

let stand: LedgerStand;
let now = Date.UTC(2026, 0, 1);
beforeAll(async () => {
  stand = await startLedgerStand();
}, 30_000);
afterAll(() => stand.stop());

/** What happens around each request that a process sends. */
type Around = (send: () => Promise<unknown>, number: number) => Promise<unknown>;

/** A ledger of a process of its own. */
function process(around?: Around): Ledger {
  const client = stand.connect({ requestHandler: stand.client.config.requestHandler });
  let number = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      if (around === undefined) return next(args);
      let answer: Awaited<ReturnType<typeof next>> | undefined;
      await around(
        async () => {
          answer = await next(args);
        },
        (number += 1),
      );
      return answer!;
    },
    { step: 'initialize', name: 'around' },
  );
  return dynamodbLedger({ table: stand.table, client }, () => now);
}

const DEAD = new Error('killed');

/** Dies at a request: before it is sent, or before its answer is read. From then on nothing is sent. */
function dyingAt(last: number, when: 'before' | 'after'): Around {
  return async (send, number) => {
    if (number > last || (number === last && when === 'before')) throw DEAD;
    await send();
    if (number === last) throw DEAD;
  };
}

interface Told {
  granted: boolean;
  watermark: number;
  finished: boolean;
}

/** What a run does with its ledger, noting what it was told. */
async function run(ledger: Ledger, request: ClaimRequest, told: Told): Promise<void> {
  const { outcome } = await ledger.claim(request);
  told.granted = outcome === 'granted';
  for (const watermark of [100, 200]) {
    now += 1000;
    await ledger.checkpoint(request, { watermark, rejected: 0 });
    told.watermark = watermark;
  }
  await ledger.finish(request, { watermark: 300, rejected: 0 }, reportOf(request, { watermark: 300 }));
  told.finished = true;
}

/** Requests of a whole run, and one more. */
const REQUESTS = { newest: 12, all: 8 };

const CRASHES = (['newest', 'all'] as const).flatMap((versions) =>
  Array.from({ length: REQUESTS[versions] }, (_, index) => index + 1).flatMap((last) =>
    (['before', 'after'] as const).map((when) => [versions, when, last] as const),
  ),
);

describe('a process that dies', () => {
  it.each(CRASHES)('leaves nothing lost and nothing stuck: %s, %s request %i', async (versions, when, last) => {
    const object = newObject();
    const told: Told = { granted: false, watermark: 0, finished: false };
    const died = await run(process(dyingAt(last, when)), claimOf(object, '02', { versions }), told).then(
      () => false,
      () => true,
    );
    expect(died).toBe(!told.finished);
    const other = process();

    // Until the lease is over, the same version is held or its outcome stands, and a newer one comes after it.
    const soon = await other.claim(claimOf(object, '02', { versions }));
    if (told.finished) expect(soon.outcome).toBe('complete');
    else if (told.granted) expect(['held', 'complete']).toContain(soon.outcome);
    if (soon.outcome !== 'granted') {
      now += LEASE_MS;
      // An older version is no threat, whoever died.
      if (told.granted && versions === 'newest') {
        expect((await other.claim(claimOf(object, '01'))).outcome).toBe('stale');
      }
      const again = claimOf(object, '02', { versions });
      const answer = await other.claim(again);
      if (answer.outcome === 'granted') {
        expect(told.finished).toBe(false);
        expect(answer.watermark).toBeGreaterThanOrEqual(told.watermark);
        await other.finish(again, { watermark: 300, rejected: 0 }, reportOf(again, { watermark: 300 }));
      } else {
        expect(answer).toEqual({ outcome: 'complete' });
      }
    } else {
      const entries = await other.entries('prices', object);
      expect(entries).toMatchObject([{ attempts: 1, state: 'claimed' }]);
      now += LEASE_MS;
    }
    expect((await other.claim(claimOf(object, '03', { versions }))).outcome).toBe('granted');
  });

  it('after it took the head holds the object up until its lease is over, and not longer', async () => {
    const object = newObject();
    const request = claimOf(object, '02');
    await expect(process(dyingAt(3, 'after')).claim(request)).rejects.toMatchObject({
      code: 'DYNAMODB_REQUEST_FAILED',
      cause: DEAD,
    });
    const leaseUntil = now + LEASE_MS;
    expect(await stand.stored(object)).toMatchObject([{ version: '#head', claimId: request.claimId, leaseUntil }]);
    const other = process();
    for (const version of ['02', '03']) {
      expect(await other.claim(claimOf(object, version))).toEqual({ outcome: 'held', leaseUntil });
    }
    expect(await other.entries('prices', object)).toEqual([]);
    now += LEASE_MS;
    expect((await other.claim(claimOf(object, '01'))).outcome).toBe('stale');
    expect(await other.claim(claimOf(object, '02'))).toMatchObject({ outcome: 'granted', watermark: 0, rejected: 0 });
  });

  it('after its outcome was stored holds other versions up, but not its duplicates', async () => {
    const object = newObject();
    const request = claimOf(object, '02');
    const told: Told = { granted: false, watermark: 0, finished: false };
    // 2 reads and 2 writes to claim, 4 writes for two checkpoints, 2 of 3 to finish.
    await expect(run(process(dyingAt(10, 'after')), request, told)).rejects.toThrow();
    const other = process();
    expect(await other.entries('prices', object)).toMatchObject([{ state: 'complete', watermark: 300 }]);
    expect(await other.claim(claimOf(object, '02'))).toEqual({ outcome: 'complete' });
    expect((await other.claim(claimOf(object, '03'))).outcome).toBe('held');
    now += LEASE_MS;
    expect((await other.claim(claimOf(object, '03'))).outcome).toBe('granted');
  });
});

describe('a process that dies with what came back', () => {
  /** A version that was carried, and that another one took the place of; `unfinished` where it was stopped. */
  async function overwritten(object: string, unfinished: boolean): Promise<void> {
    for (const version of ['01', '02']) {
      const request = claimOf(object, version);
      expect((await process().claim(request)).outcome).toBe('granted');
      const outcome = unfinished && version === '01' ? 'aborted' : 'complete';
      await process().finish(request, { watermark: 250, rejected: 1 }, reportOf(request, { outcome }));
    }
  }

  const crashes = [true, false].flatMap((unfinished) =>
    Array.from({ length: 12 }, (_, index) => index + 1).flatMap((last) =>
      (['before', 'after'] as const).map((when) => [unfinished, when, last] as const),
    ),
  );
  it.each(crashes)('leaves none of its records out: unfinished %s, %s request %i', async (unfinished, when, last) => {
    const object = newObject();
    await overwritten(object, unfinished);
    const own = { sequencer: '03' };
    const told: Told = { granted: false, watermark: 0, finished: false };
    await run(process(dyingAt(last, when)), claimOf(object, '01', own), told).catch(() => undefined);
    now += LEASE_MS;
    const again = claimOf(object, '01', own);
    const answer = await process().claim(again);
    const entries = await process().entries('prices', object);
    const entry = entries.find(({ origin }) => origin.id === again.origin.id)!;
    if (answer.outcome === 'granted') {
      expect(told.finished).toBe(false);
      expect(answer.rejected).toBe(0);
      // From the start, or where this process came to, and never where the first one did.
      expect([0, 100, 200]).toContain(answer.watermark);
      expect(answer.watermark).toBeGreaterThanOrEqual(told.watermark);
      await process().finish(again, { watermark: 300, rejected: 0 }, reportOf(again, { watermark: 300 }));
    } else {
      expect(answer).toEqual({ outcome: 'complete' });
      expect(entry).toMatchObject({ sequencer: '03', attempts: 2, watermark: 300 });
    }
    expect(await process().claim(claimOf(object, '01', own))).toEqual({ outcome: 'complete' });
    expect((await process().claim(claimOf(object, '04'))).outcome).toBe('granted');
  });

  it.each([1, 2, 3, 4])('or that sleeps before request %i: it is granted once', async (stop) => {
    const object = newObject();
    await overwritten(object, false);
    const own = { sequencer: '03' };
    const second = claimOf(object, '01', own);
    const sleeper = process(async (send, number) => {
      if (number === stop) {
        now += LEASE_MS;
        expect(await process().claim(second)).toMatchObject({ outcome: 'granted', watermark: 0, rejected: 0 });
        await process().finish(second, { watermark: 300, rejected: 0 }, reportOf(second, { watermark: 300 }));
        now += 1;
      }
      await send();
    });
    expect(await sleeper.claim(claimOf(object, '01', own))).toEqual({ outcome: 'complete' });
    const entries = await process().entries('prices', object);
    expect(entries.find(({ origin }) => origin.id === second.origin.id)).toMatchObject({
      state: 'complete',
      attempts: 2,
      claimId: second.claimId,
    });
    expect((await process().claim(claimOf(object, '04'))).outcome).toBe('granted');
  });
});

describe('a claimant that stops between two requests for longer than its lease', () => {
  const steps = [1, 2, 3, 4].flatMap((stop) =>
    [
      ['02', '02'],
      ['02', '03'],
      ['03', '02'],
    ].map(([slow, quick]) => [stop, slow!, quick!] as const),
  );
  it.each(steps)('is not granted beside another: before request %i, %s against %s', async (stop, slow, quick) => {
    const object = newObject();
    const second = claimOf(object, quick);
    const other = process();
    const sleeper = process(async (send, number) => {
      if (number === stop) {
        now += LEASE_MS;
        const { outcome } = await other.claim(second);
        // Once the sleeper has taken the head, an older version is stale.
        expect(outcome).toBe(stop === 4 && quick < slow ? 'stale' : 'granted');
        now += 1;
      }
      await send();
    });
    const first = claimOf(object, slow);
    const answer = await sleeper.claim(first);
    const holds = await other.checkpoint(second, { watermark: 1, rejected: 0 }).then(
      () => true,
      () => false,
    );
    expect([answer.outcome === 'granted', holds].filter(Boolean)).toHaveLength(1);
    if (holds) expect(answer.outcome).toBe(slow < quick ? 'stale' : 'held');
  });

  it('loses its claim where another version was granted in the meantime', async () => {
    const object = newObject();
    const late = claimOf(object, '01');
    const ledger = process();
    expect((await ledger.claim(late)).outcome).toBe('granted');
    now += LEASE_MS;
    const next = claimOf(object, '02');
    expect((await ledger.claim(next)).outcome).toBe('granted');
    const lost = { code: 'LEDGER_LEASE_LOST' };
    await expect(ledger.checkpoint(late, { watermark: 9, rejected: 0 })).rejects.toMatchObject(lost);
    await expect(ledger.finish(late, { watermark: 9, rejected: 0 }, reportOf(late))).rejects.toMatchObject(lost);
    await ledger.checkpoint(next, { watermark: 5, rejected: 0 });
    const entries = await ledger.entries('prices', object);
    const bySequencer = entries.map(({ sequencer, state, watermark }) => [sequencer, [state, watermark]] as const);
    expect(new Map(bySequencer)).toEqual(
      new Map([
        ['01', ['claimed', 0]],
        ['02', ['claimed', 5]],
      ]),
    );
  });
});

describe('two claimants, request by request', () => {
  /** Lets one process at a time send its next request, in the order of a schedule; then both as they come. */
  class Turns {
    readonly #waiting = new Map<number, (() => void)[]>();
    #open = false;

    around(process: number): Around {
      return async (send, number) => {
        // The two reads that a claim begins with are one turn.
        if (!this.#open && number !== 2) {
          await new Promise<void>((resolve) => {
            this.#waiting.set(process, [...(this.#waiting.get(process) ?? []), resolve]);
          });
        }
        await send();
      };
    }

    /** Waits until the process wants to send, or is done, and lets it. */
    async next(process: number, done: () => boolean): Promise<void> {
      while (!done() && (this.#waiting.get(process)?.length ?? 0) === 0) {
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      this.#waiting.get(process)?.shift()?.();
    }

    release(): void {
      this.#open = true;
      for (const list of this.#waiting.values()) for (const resolve of list) resolve();
    }
  }

  /** Every order of three turns of each: its reads, and its two writes. */
  const schedules = Array.from({ length: 2 ** 6 }, (_, bits) =>
    Array.from({ length: 6 }, (_turn, index) => (bits >> index) & 1),
  ).filter((turns) => turns.reduce((sum, turn) => sum + turn, 0) === 3);

  it.each<[string, Partial<ClaimRequest>, string, Partial<ClaimRequest>]>([
    // This version was complete, and another one after it.
    ['before', { sequencer: '02' }, 'before', { sequencer: '02' }],
    ['before', { sequencer: '02' }, '03', {}],
    ['02', {}, '02', {}],
    ['02', {}, '03', {}],
    ['02', { versions: 'all' }, '02', { versions: 'all' }],
    ['02', {}, '02', { versions: 'all' }],
  ])(
    '%s %j against %s %j: one is granted in every order',
    async (one, ownOne, two, ownTwo) => {
      for (const schedule of schedules) {
        const object = newObject();
        for (const version of one === 'before' ? ['before', 'between'] : []) {
          const request = claimOf(object, version, { sequencer: version === 'before' ? '00' : '01' });
          expect((await process().claim(request)).outcome).toBe('granted');
          await process().finish(request, { watermark: 3, rejected: 0 }, reportOf(request));
        }
        const turns = new Turns();
        const requests = [claimOf(object, one, ownOne), claimOf(object, two, ownTwo)];
        const done = [false, false];
        const claims = requests.map(async (request, index) => {
          const answer = await process(turns.around(index)).claim(request);
          done[index] = true;
          return answer.outcome;
        });
        for (const turn of schedule) await turns.next(turn, () => done[turn]!);
        turns.release();
        const outcomes = await Promise.all(claims);
        const order = schedule.join('');
        expect(
          outcomes.filter((outcome) => outcome === 'granted'),
          order,
        ).toHaveLength(1);
        const other = outcomes.find((outcome) => outcome !== 'granted');
        // What was complete before and is overwritten by now needs no more to be done.
        expect(one === 'before' ? ['held', 'complete'] : ['held', 'stale'], order).toContain(other);
        const winner = requests[outcomes.indexOf('granted')]!;
        await process().finish(winner, { watermark: 3, rejected: 0 }, reportOf(winner));
        expect((await process().claim(claimOf(object, '04'))).outcome, order).toBe('granted');
      }
    },
    60_000,
  );
});
