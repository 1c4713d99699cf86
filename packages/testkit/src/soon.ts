import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

const STEP_MS = 5;

/**
 * Whether a promise settles within so many milliseconds. The time is waited for in steps, so that a process or a machine
 * that is busy, and lets timers come late, gives the promise more of it.
 */
async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let settled = false;
  const note = (): void => void (settled = true);
  promise.then(note, note);
  for (let waited = 0; waited < ms && !settled; waited += STEP_MS) await sleep(STEP_MS);
  return settled;
}

/** Fails if a promise is still pending after the given milliseconds; its result is ignored. */
export async function mustSettle(promise: Promise<unknown>, ms: number, what: string): Promise<void> {
  assert.ok(await settlesWithin(promise, ms), `${what} must end within ${ms} ms.`);
}

/** Asks until the answer is the one that is expected, for a second at most, and then compares. */
export async function becomes<T>(ask: () => T | Promise<T>, expected: T, message: string): Promise<void> {
  for (let waited = 0; waited < 1000; waited += 20) {
    if ((await ask()) === expected) return;
    await sleep(20);
  }
  assert.equal(await ask(), expected, message);
}
