/*
 * Signals that are looked at, not only heard. A timer fires when the event loop comes to it: after a pause of the process (a
 * stopped process, a sleeping laptop, a frozen function) other callbacks may run first, and send what must not be sent any
 * more. So whoever asks such a signal whether it is aborted gets the answer of the clock.
 */

/**
 * Makes a controller whose signal is also aborted, from the moment that it is asked, once `why` returns a reason.
 *
 * @param why returns why the signal is to be aborted, or `undefined` while it is not
 */
export function watchedController(why: () => unknown): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  watch(signal, () => {
    if (isAborted(signal)) return;
    const reason = why();
    if (reason !== undefined) controller.abort(reason);
  });
  return controller;
}

/** A signal that is aborted with the first of several, each of which may be watched. */
export function anyOf(signals: readonly AbortSignal[]): AbortSignal {
  const any = AbortSignal.any([...signals]);
  // Asking a watched signal aborts it, and with it this one.
  watch(any, () => void signals.some(({ aborted }) => aborted));
  return any;
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
