import { MillraceError } from '../millrace-error.ts';

/** A timer of more milliseconds would fire at once; a run that long needs none. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** How long a plugin may take to notice a signal before the run goes on without it, in milliseconds. */
const NOTICE_MS = 1000;

/** Ends reading and, after a grace period, writing. One for a run; each item derives its own. */
export interface Stop {
  /** Fires when nothing new may be read. */
  readonly reading: AbortSignal;
  /** Fires when writes in flight have had their time. */
  readonly writing: AbortSignal;
  /** Fires a second after `writing`: who has not noticed by then is not waited for. */
  readonly over: AbortSignal;
  /** Why, once reading was stopped from outside: `RUN_ABORTED` or `RUN_DEADLINE`. */
  readonly reason: () => MillraceError | undefined;
  /** After a deadline, what was read is still written; after a signal, nothing is. */
  readonly mayWrite: () => boolean;
  /** Releases timers and listeners. */
  readonly dispose: () => void;
}

export interface StopOptions {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
  readonly graceMs: number;
}

/** Listens to a run's signal and deadline. */
export function createStop({ signal, deadline, graceMs }: StopOptions): Stop {
  const reading = new AbortController();
  const writing = new AbortController();
  const over = new AbortController();
  const timers: ReturnType<typeof setTimeout>[] = [];
  let reason: MillraceError | undefined;
  const stop = (why: MillraceError): void => {
    if (reason !== undefined) return;
    reason = why;
    reading.abort(why);
    timers.push(setTimeout(() => writing.abort(why), graceMs));
    timers.push(setTimeout(() => over.abort(why), graceMs + NOTICE_MS));
  };
  const aborted = (): void => {
    stop(new MillraceError('RUN_ABORTED', 'The run was stopped by its signal.', { cause: signal?.reason }));
  };
  if (signal?.aborted) aborted();
  else signal?.addEventListener('abort', aborted, { once: true });
  if (deadline !== undefined) {
    const left = Math.max(0, deadline - Date.now());
    const passed = (): void => stop(new MillraceError('RUN_DEADLINE', 'The run reached its deadline.'));
    if (left <= LONGEST_TIMER) timers.push(setTimeout(passed, left));
  }
  return {
    reading: reading.signal,
    writing: writing.signal,
    over: over.signal,
    reason: () => reason,
    mayWrite: () => reason === undefined || signal?.aborted !== true,
    dispose: () => {
      signal?.removeEventListener('abort', aborted);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
