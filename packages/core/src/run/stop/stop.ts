import { MillraceError } from '../../millrace-error.ts';
import { startTimer } from './timer.ts';

/** How long a plugin may take to notice a signal before the run continues without it, in milliseconds. */
export const NOTICE_MS = 1000;

/** What ends a run from outside: `no` for as long as nothing does. */
export type Stopped = 'no' | 'deadline' | 'signal';

/** Ends reading and, after a grace period, writing. One for a run; each object derives its own. */
export interface Stop {
  /** Fires when nothing new may be read. */
  readonly reading: AbortSignal;
  /** Fires when writes in flight have had their time. */
  readonly writing: AbortSignal;
  /** Fires a second after `writing`: the run stops waiting for plugins that ignored it. */
  readonly over: AbortSignal;
  /** Why, once reading was stopped from outside: `RUN_ABORTED` or `RUN_DEADLINE`. */
  readonly reason: () => MillraceError | undefined;
  readonly stopped: () => Stopped;
  readonly graceMs: number;
  /** Releases timers and listeners. */
  readonly dispose: () => void;
}

export interface StopOptions {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
  readonly graceMs: number;
}

/** Listens to a run's signal and deadline. One that is over already stops the run at once. */
export function createStop({ signal, deadline, graceMs }: StopOptions): Stop {
  const reading = new AbortController();
  const writing = new AbortController();
  const over = new AbortController();
  const timers: (() => void)[] = [];
  let reason: MillraceError | undefined;
  let stopped: Stopped = 'no';
  const stop = (by: Stopped, why: MillraceError): void => {
    if (reason !== undefined) {
      // After a deadline what was read is still written; a signal ends that, too.
      if (by === 'signal') stopped = by;
      return;
    }
    reason = why;
    stopped = by;
    reading.abort(why);
    timers.push(startTimer(graceMs, () => writing.abort(why)));
    timers.push(startTimer(graceMs + NOTICE_MS, () => over.abort(why)));
  };
  const aborted = (): void => {
    const message = 'The run was stopped by its signal.';
    stop('signal', new MillraceError('RUN_ABORTED', message, { cause: signal?.reason, retryable: true }));
  };
  const passed = (): void =>
    stop('deadline', new MillraceError('RUN_DEADLINE', 'The run reached its deadline.', { retryable: true }));
  if (signal?.aborted) aborted();
  else signal?.addEventListener('abort', aborted, { once: true });
  if (deadline !== undefined) {
    const left = deadline - Date.now();
    if (left <= 0) passed();
    else timers.push(startTimer(left, passed));
  }
  return {
    reading: reading.signal,
    writing: writing.signal,
    over: over.signal,
    reason: () => reason,
    stopped: () => stopped,
    graceMs,
    dispose: () => {
      signal?.removeEventListener('abort', aborted);
      for (const end of timers) end();
    },
  };
}
