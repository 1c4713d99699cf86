import type { Observer } from '@millrace/core';
import { isThenable } from '@millrace/core/plugin';

type Member = keyof Observer;

const MEMBERS: readonly Member[] = ['itemStarted', 'progress', 'recordRejected', 'itemFinished', 'runFinished'];

/**
 * Makes one observer of several. It has a member only if one of them has it, so that a run pays for no more than is looked
 * at. If one throws, the others are called all the same, and the run counts the throw; so it is with one that is
 * asynchronous and rejects, which must not end the process.
 */
export function joinObservers(observers: readonly Observer[]): Observer {
  if (observers.length === 1) return observers[0]!;
  const joined: Partial<Record<Member, (event: never) => unknown>> = {};
  for (const name of MEMBERS) {
    if (observers.some((one) => one[name] !== undefined)) joined[name] = (event) => callAll(observers, name, event);
  }
  return joined as Observer;
}

/** Returns a promise if one of them did: it rejects if any of theirs does. */
function callAll(observers: readonly Observer[], name: Member, event: never): Promise<unknown> | undefined {
  const thrown: unknown[] = [];
  const waiting: Promise<unknown>[] = [];
  for (const one of observers) {
    try {
      const returned: unknown = one[name]?.(event);
      if (isThenable(returned)) waiting.push(returned);
    } catch (error) {
      thrown.push(error);
    }
  }
  const all = waiting.length === 0 ? undefined : Promise.all(waiting);
  if (thrown.length === 0) return all;
  // This call counts as one that threw already.
  all?.catch(() => {});
  throw thrown[0];
}
