import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMillraceError } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';
import { caseContext } from '../item-context.ts';
import { needed } from '../needed.ts';
import { mustSettle } from '../soon.ts';
import type { SinkCase } from './sink-stand.ts';

/** The contract says a second; the case asks for no more than two. */
const SETTLE_MS = 2000;
/** A budget for retries that a case can wait for. */
const BUDGET_MS = 5000;
/** Long enough for an attempt that a signal should have stopped. */
const LATER_MS = 400;

/** Stops a write that would be tried again for ever: that is the matter of one case, and must not hang the others. */
function inTime(): Context {
  return caseContext(AbortSignal.timeout(BUDGET_MS));
}

/** Where the service is away, and where the run is stopped. */
export const failureCases: readonly SinkCase[] = [
  {
    name: 'a write while the service is away rejects or refuses, and can be written again',
    clause: '5.2',
    needs: 'outages',
    check: async ({ bench, places, entries, write, accepts, holds }) => {
      const restore = await needed(bench.interrupt, 'interrupt')();
      const refusals = await write(await entries(places(5)), undefined, inTime()).catch(() => undefined);
      await restore();
      if (refusals !== undefined) {
        assert.equal(refusals.length, places(5).length, 'Nothing can have been accepted.');
      }
      await accepts(await entries(places(5)));
      await holds(places(5));
    },
  },
  {
    name: 'a write that the service leaves in the middle can be written again, and is there once',
    clause: '5.2',
    needs: 'outages',
    check: async ({ bench, places, entries, write, accepts, holds }) => {
      const writing = write(await entries(places(100)), undefined, inTime()).catch(() => {});
      const restore = await needed(bench.interrupt, 'interrupt')();
      await writing;
      await restore();
      await accepts(await entries(places(100)));
      await holds(places(100));
    },
  },
  {
    name: 'a write gives up inside its budget where the service stays away',
    clause: '5.5',
    needs: 'outages',
    check: async ({ bench, places, entries, write }) => {
      const restore = await needed(bench.interrupt, 'interrupt')();
      const controller = new AbortController();
      const writing = write(await entries(places(5)), undefined, caseContext(controller.signal));
      try {
        await mustSettle(writing, BUDGET_MS, 'A write to a service that stays away');
      } finally {
        controller.abort();
        await restore();
        await writing.catch(() => {});
      }
    },
  },
  {
    name: 'a write is tried again where the service comes back in time',
    clause: '5.5',
    needs: 'outages',
    check: async ({ bench, places, entries, accepts, holds }) => {
      const restore = await needed(bench.interrupt, 'interrupt')();
      const writing = accepts(await entries(places(3)));
      // It may have failed before it is awaited.
      writing.catch(() => {});
      await sleep(100);
      await restore();
      await writing;
      await holds(places(3));
    },
  },
  {
    name: 'what a write rejects with has a code',
    clause: '8.1',
    needs: 'outages',
    check: async ({ bench, places, entries, write }) => {
      const restore = await needed(bench.interrupt, 'interrupt')();
      const context = inTime();
      const thrown = await write(await entries(places(1)), undefined, context).then(
        () => undefined,
        (error: unknown) => error,
      );
      await restore();
      if (thrown !== undefined && !context.signal.aborted)
        assert.ok(isMillraceError(thrown), 'What a write rejects with must be a MillraceError.');
    },
  },
  {
    name: 'a write while the service is away refuses nothing, and rejects as what can pass',
    clause: '5.12',
    needs: 'outages',
    check: async ({ bench, places, entries, write }) => {
      const restore = await needed(bench.interrupt, 'interrupt')();
      const context = inTime();
      const result = await write(await entries(places(3)), undefined, context).catch((error: unknown) => ({ error }));
      await restore();
      // A write that resolves as accepted, that goes on for ever, or that has no code breaks other clauses.
      if (!('error' in result)) assert.deepEqual(result, [], 'What would be accepted later must not be refused.');
      else if (isMillraceError(result.error) && !context.signal.aborted)
        assert.equal(result.error.retryable, true, 'An error that can pass must be `retryable`.');
    },
  },
  {
    name: 'nothing is sent once no time is left, and the write does not say that it was',
    clause: '5.8',
    needs: 'outages',
    check: async ({ bench, places, entries, write, holds }) => {
      const before = needed(bench.calls, 'calls')();
      const over: Context = { ...caseContext(), timeLeftMs: () => 0 };
      const batch = await entries(places(3));
      const refusals = await write(batch, undefined, over).catch(() => undefined);
      if (refusals !== undefined) assert.equal(refusals.length, batch.length, 'Nothing may be accepted.');
      assert.equal(needed(bench.calls, 'calls')(), before, 'The service may not be called.');
      await holds([]);
    },
  },
  {
    name: 'nothing is written where the signal has fired, and the write does not say that it was',
    clause: '5.8',
    check: async ({ places, entries, write, holds }) => {
      const stopped = caseContext(AbortSignal.abort(new Error('stopped')));
      const batch = await entries(places(3));
      const refusals = await write(batch, undefined, stopped).catch(() => undefined);
      if (refusals !== undefined) assert.equal(refusals.length, batch.length, 'Nothing may be accepted.');
      await holds([]);
    },
  },
  {
    name: 'writes in flight settle soon once the signal fires, and tell the truth',
    clause: '5.8',
    check: async ({ bench, places, entries, write, holds }) => {
      const all = places(200);
      const controller = new AbortController();
      const writing = write(await entries(all), undefined, caseContext(controller.signal));
      controller.abort(new Error('stopped'));
      await mustSettle(writing, SETTLE_MS, 'A write whose signal has fired');
      const refusals = await writing.catch(() => undefined);
      const after = await bench.stored();
      if (refusals !== undefined) {
        const refused = new Set(refusals.map(({ position }) => position));
        await holds(all.filter((_, position) => !refused.has(position)));
      }
      await sleep(LATER_MS);
      assert.equal((await bench.stored()).length, after.length, 'Nothing may be written after the write has settled.');
    },
  },
  {
    name: 'no new attempt is made once the signal has fired',
    clause: '5.8',
    needs: 'outages',
    check: async ({ bench, places, entries, write, holds }) => {
      const restore = await needed(bench.interrupt, 'interrupt')();
      const calls = needed(bench.calls, 'calls');
      const controller = new AbortController();
      const writing = write(await entries(places(5)), undefined, caseContext(controller.signal)).catch(() => {});
      await sleep(50);
      controller.abort(new Error('stopped'));
      try {
        await mustSettle(writing, SETTLE_MS, 'A write whose signal has fired');
        const before = calls();
        await restore();
        await sleep(LATER_MS);
        assert.equal(calls(), before, 'The service may not be called after the signal.');
      } finally {
        await writing;
      }
      await holds([]);
    },
  },
];
