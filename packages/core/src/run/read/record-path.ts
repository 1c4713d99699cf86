import { drop } from '../../drop.ts';
import type { Each } from '../../each.ts';
import { isThenable } from '../../is-thenable.ts';
import { manyValues } from '../../many.ts';
import type { LiveEntry } from './live-entry.ts';
import type { Reach } from '../object/reach.ts';
import type { Tally } from '../object/tally.ts';

type Waiting = Promise<void> | undefined;

export interface RecordPathOptions {
  readonly eaches: readonly Each<unknown, unknown>[];
  readonly tally: Tally;
  /** Bounds of the branches that a record may have, if a ledger stores them. */
  readonly reach?: Reach | undefined;
  /** A record has passed all stages. */
  readonly deliver: (entry: LiveEntry) => Waiting;
  /** A stage threw on a record. */
  readonly reject: (entry: LiveEntry, each: number, thrown: unknown) => Waiting;
}

/** Carries one record through the transforms from index `from` on. */
export type RecordPath = (entry: LiveEntry, from: number) => Waiting;

/**
 * Carries single records through the transforms. It runs synchronously until a transform or the sink's back-pressure
 * returns a promise; then it answers that promise, and the record is done when it resolves.
 */
export function recordPath({ eaches, tally, reach, deliver, reject }: RecordPathOptions): RecordPath {
  const advance = (entry: LiveEntry, from: number): Waiting => {
    for (let at = from; at < eaches.length; at++) {
      let output: unknown;
      try {
        output = eaches[at]!.apply(entry.value, entry);
      } catch (thrown) {
        return reject(entry, at, thrown);
      }
      if (isThenable(output)) return advanceLater(entry, at, output);
      if (output === drop) {
        tally.dropped += 1;
        return undefined;
      }
      const branches = manyValues(output);
      if (branches !== undefined) return fanOut(entry, at, branches);
      entry.value = output;
    }
    return deliver(entry);
  };

  const advanceLater = async (entry: LiveEntry, at: number, promise: Promise<unknown>): Promise<void> => {
    let output: unknown;
    try {
      output = await promise;
    } catch (thrown) {
      return reject(entry, at, thrown);
    }
    if (output === drop) {
      tally.dropped += 1;
      return;
    }
    const branches = manyValues(output);
    if (branches !== undefined) return fanOut(entry, at, branches);
    entry.value = output;
    return advance(entry, at + 1);
  };

  const fanOut = (entry: LiveEntry, at: number, values: readonly unknown[]): Waiting => {
    if (values.length === 0) {
      tally.dropped += 1;
      return undefined;
    }
    tally.expanded += values.length - 1;
    const raising = reach?.admitBranches(levelOf(entry), values.length);
    if (raising !== undefined) return fanOutLater(entry, at, values, 0, raising);
    for (let index = 0; index < values.length; index++) {
      const waiting = advance(entry.branchOff(index, values[index]), at + 1);
      if (waiting !== undefined) return fanOutLater(entry, at, values, index + 1, waiting);
    }
    return undefined;
  };

  // One closure a suspension, not one promise a branch: a fan-out may be long.
  const fanOutLater = async (
    entry: LiveEntry,
    at: number,
    values: readonly unknown[],
    from: number,
    waiting: Promise<void>,
  ): Promise<void> => {
    await waiting;
    for (let index = from; index < values.length; index++) {
      await advance(entry.branchOff(index, values[index]), at + 1);
    }
  };

  return advance;
}

/** How many fan-outs a record has gone through. */
function levelOf({ branch }: LiveEntry): number {
  return branch === '' ? 0 : branch.split('.').length;
}
