import { MillraceError } from '@millrace/core';
import type { LambdaContext } from '../lambda-context.ts';

/** Timers of JavaScript fire at once when asked to wait longer than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The time of one invocation. With a reserve of 10 s it goes like this: reading stops 10 s before Lambda's time-out; what
 * was read is written until 5 s before it; then `signal` fires and writes in flight get `graceMs`, 2.5 s, which leaves as
 * much for the log and the answer.
 */
export interface TimeBudget {
  /** When to stop reading, in milliseconds since the epoch. */
  readonly deadline: number | undefined;
  /** How long writes in flight may go on after `signal`, in milliseconds. */
  readonly graceMs: number;
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
  const deadline = Date.now() + Math.max(0, remaining - reserve);
  const untilSignal = Math.max(0, remaining - reserve / 2);
  const details = { remainingMs: remaining, reserveMs: reserve };
  const outOfThisTime = (): MillraceError => outOfTime(details);
  const timer =
    untilSignal > LONGEST_TIMER_MS ? undefined : setTimeout(() => controller.abort(outOfThisTime()), untilSignal);
  return {
    deadline,
    graceMs: Math.floor(reserve / 4),
    signal,
    isOver: () => Date.now() >= deadline,
    outOfTime: outOfThisTime,
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
