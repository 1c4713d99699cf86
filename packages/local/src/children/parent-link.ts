/**
 * Tells the parent that this server answers on `port`, and ends this process when the parent is gone, however it died.
 *
 * @param told resolves when all that is to be told so far has been told
 */
export function linkToParent(port: number, told: () => Promise<void> = async () => {}): void {
  // The channel closes with the parent, also when that is killed by SIGKILL. All state is in memory: nothing to flush.
  process.on('disconnect', () => process.exit(0));
  if (!process.connected) process.exit(0);
  process.on('message', (message: unknown) => {
    // Messages of one channel keep their order, so the answer comes after everything sent before it.
    if (isFlush(message)) void told().then(() => tellParent(message));
  });
  tellParent({ kind: 'ready', port });
}

/** Sends a message to the parent; `start-child.ts` reads it. */
export function tellParent(message: object): void {
  // The callback keeps a parent that is just going from raising an error here; `disconnect` ends this process.
  process.send?.(message, undefined, {}, () => {});
}

/** Ctrl-C in a terminal reaches the whole process group; the parent decides when its servers end. */
export function ignoreTerminalSignals(): void {
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
}

/** The options that the parent passed, as JSON in the first argument. */
export function optionsFromParent<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

function isFlush(message: unknown): message is { readonly kind: 'flush'; readonly id: number } {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'flush';
}
