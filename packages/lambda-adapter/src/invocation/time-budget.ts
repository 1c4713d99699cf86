import { MillraceError } from '@millrace/core';
import type { LambdaContext } from '../lambda-context.ts';

/** Timers of JavaScript fire at once when asked to wait longer than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The time of one invocation. With a reserve of 10 s it goes like this: 10 s before Lambda's time-out reading stops and no
 * further object is begun; what was read is written until 5 s before it; then work in flight is settled to stop, which leaves
 * 5 s for that, the log and the answer.
 */
export interface TimeBudget {
  /** When to stop reading, in milliseconds since the epoch. */
  readonly deadline: number | undefined;
  /** How long work in flight may go on after the deadline, in milliseconds. */
  readonly graceMs: number;
  /** Fires `graceMs` after the deadline. */
  readonly signal: AbortSignal;
  /** True once no further object should be begun. */
  readonly isOver: () => boolean;
  /** Why an object was not begun or not finished. */
  readonly outOfTime: () => MillraceError;
  /** Stops the timer; to be called when the invocation ends. */
  readonly end: () => void;
}

export function startTimeBudget(context: LambdaContext | undefined, reserveMs: number | undefined): TimeBudget {
  const controller = new AbortController();
  const { signal } = controller;
  const remaining = context?.getRemainingTimeInMillis?.();
  if (remaining === undefined || !Number.isFinite(remaining)) {
    return { deadline: undefined, graceMs: 0, signal, isOver: () => false, outOfTime, end: () => undefined };
  }
  const reserve = Math.floor(reserveMs ?? defaultReserveMs(remaining));
  const left = Math.max(0, remaining - reserve);
  const deadline = Date.now() + left;
  const graceMs = Math.floor(reserve / 2);
  const why = (): MillraceError => outOfTime({ remainingMs: remaining, reserveMs: reserve });
  const wait = left + graceMs;
  const timer = wait > LONGEST_TIMER_MS ? undefined : setTimeout(() => controller.abort(why()), wait);
  return {
    deadline,
    graceMs,
    signal,
    isOver: () => Date.now() >= deadline,
    outOfTime: why,
    end: () => clearTimeout(timer),
  };
}

/** 10 s, or a fifth of the time where that is less: a function with a time-out of 3 s must not spend it all in reserve. */
function defaultReserveMs(remaining: number): number {
  return Math.min(10_000, remaining * 0.2);
}

function outOfTime(details?: { readonly remainingMs: number; readonly reserveMs: number }): MillraceError {
  const had = details === undefined ? '' : ` of ${details.remainingMs} ms, less a reserve of ${details.reserveMs} ms,`;
  return new MillraceError(
    'LAMBDA_OUT_OF_TIME',
    `The invocation's time${had} was over before the object was done. Raise the function's time-out or memory.`,
    { details },
  );
}
