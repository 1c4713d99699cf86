/** Resolves with `settled`, or once `signal` has fired. The listener goes with it: nothing gathers on a long-lived signal. */
export async function within(settled: Promise<void>, signal: AbortSignal): Promise<void> {
  let stopWaiting = (): void => {};
  const fired = new Promise<void>((resolve) => {
    stopWaiting = resolve;
  });
  if (signal.aborted) return;
  signal.addEventListener('abort', stopWaiting, { once: true });
  try {
    await Promise.race([settled, fired]);
  } finally {
    signal.removeEventListener('abort', stopWaiting);
  }
}
