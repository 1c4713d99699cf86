/**
 * Lets `limit` holders in at once and queues the others in order. One gate guards one sink for a whole run, so that
 * writes in flight stay within the sink's concurrency however many items are carried at once.
 */
export class Gate {
  #free: number;
  readonly #waiting: { readonly resolve: () => void; readonly reject: (reason: unknown) => void }[] = [];

  /** @param over turns away those who wait once it fires, so that a sink that hangs cannot hold the run */
  constructor(limit: number, over: AbortSignal) {
    this.#free = limit;
    over.addEventListener('abort', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(over.reason);
    });
  }

  /** `undefined` where there is room at once: the usual case stays synchronous. */
  enter(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next.resolve();
  }
}
