import { setImmediate } from 'node:timers/promises';

/**
 * Waits for turns of the event loop. A stub in this process and the client in front of it share the loop, so what one has
 * sent reaches the other within a few turns, however busy the machine is.
 */
export async function turns(count = 100): Promise<string> {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
  return `not within ${count} turns`;
}
