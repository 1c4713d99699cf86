import type { Stopped } from '../stop/stop.ts';

/** What is known about an object under way when something wants to be read or written. */
export interface PhaseFacts {
  /** The object failed by itself: a damaged file, a refused batch, too many rejections. */
  readonly failed: boolean;
  /** What ended the run from outside. */
  readonly stopped: Stopped;
  /** The grace period that follows a stop is over. */
  readonly graceOver: boolean;
  /** Whether the claim's lease is over by this run's own clock; `none` without a ledger. */
  readonly lease: 'none' | 'held' | 'over';
}

/** What may still be done. */
export interface Phase {
  /** Whether the next record may be read. */
  readonly mayRead: boolean;
  /** Whether a write may be started: of records, and of their rejections. */
  readonly mayWrite: boolean;
}

const GOING: Phase = { mayRead: true, mayWrite: true };
const FINISHING: Phase = { mayRead: false, mayWrite: true };
const ENDED: Phase = { mayRead: false, mayWrite: false };

/**
 * Decides what an object under way may still do. It is the one place for this rule:
 *
 * | failed | lease | stopped by | grace over | read | write |
 * | ------ | ----- | ---------- | ---------- | ---- | ----- |
 * | yes    | any   | any        | any        | no   | no    |
 * | no     | over  | any        | any        | no   | no    |
 * | no     | held  | signal     | any        | no   | no    |
 * | no     | held  | deadline   | yes        | no   | no    |
 * | no     | held  | deadline   | no         | no   | yes   |
 * | no     | held  | no         | any        | yes  | yes   |
 *
 * Without a ledger, `lease` is as good as held. After a deadline, what was read is written; after a signal, nothing is.
 */
export function phaseOf({ failed, stopped, graceOver, lease }: PhaseFacts): Phase {
  if (failed || lease === 'over' || stopped === 'signal') return ENDED;
  if (stopped === 'no') return GOING;
  return graceOver ? ENDED : FINISHING;
}
