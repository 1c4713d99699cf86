import type { Observer } from '@millrace/core';

type Member = keyof Observer;

const MEMBERS: readonly Member[] = ['itemStarted', 'progress', 'recordRejected', 'itemFinished', 'runFinished'];

/**
 * One observer for several. A member is there only where some observer has it, so that a run pays for no more than is
 * looked at. Where one throws, the others are called all the same, and the run counts the throw.
 */
export function joinObservers(observers: readonly Observer[]): Observer {
  const [only] = observers;
  if (only !== undefined && observers.length === 1) return only;
  const joined: Partial<Record<Member, (event: never) => void>> = {};
  for (const name of MEMBERS) {
    if (!observers.some((one) => one[name] !== undefined)) continue;
    joined[name] = (event) => {
      const thrown: unknown[] = [];
      for (const one of observers) {
        try {
          one[name]?.(event);
        } catch (error) {
          thrown.push(error);
        }
      }
      if (thrown.length > 0) throw thrown[0];
    };
  }
  return joined as Observer;
}
