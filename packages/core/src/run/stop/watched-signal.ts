/*
 * Signals that are looked at, not only heard. A timer fires when the event loop comes to it: after a pause of the process (a
 * stopped process, a sleeping laptop, a frozen function) other callbacks may run first, and send what must not be sent any
 * more. So whoever asks such a signal whether it is aborted gets the answer of the clock.
 */

/**
 * Makes a controller's signal also aborted, from the moment that it is asked, once `why` returns a reason.
 *
 * @param why returns why the signal is to be aborted, or `undefined` while it is not
 */
export function watchController(controller: AbortController, why: () => unknown): void {
  const { signal } = controller;
  watch(signal, () => {
    if (isAborted(signal)) return;
    const reason = why();
    if (reason !== undefined) controller.abort(reason);
  });
}

/** A signal that is aborted with the first of several, each of which may be watched. */
export function anyOf(signals: readonly AbortSignal[]): AbortSignal {
  const any = AbortSignal.any([...signals]);
  const watched = signals.filter(isWatched);
  // Asking a watched signal aborts it, and with it this one.
  if (watched.length > 0) watch(any, () => void watched.some(({ aborted }) => aborted));
  return any;
}

function isWatched(signal: AbortSignal): boolean {
  return Object.hasOwn(signal, 'aborted');
}

/** What the platform says, past the watch: the getter of the prototype. */
function isAborted(signal: AbortSignal): boolean {
  return Reflect.get(AbortSignal.prototype, 'aborted', signal) as boolean;
}

function watch(signal: AbortSignal, look: () => void): void {
  Object.defineProperties(signal, {
    aborted: {
      get: () => {
        look();
        return isAborted(signal);
      },
    },
    throwIfAborted: {
      value: () => {
        if (signal.aborted) throw signal.reason;
      },
    },
  });
}
