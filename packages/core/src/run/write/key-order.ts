/**
 * Keeps records that share a key in file order: a write waits for the earlier writes that hold any of its keys.
 *
 * It remembers the latest write of each key that is in flight or waiting, so its memory is bounded by the batches that the
 * writer holds. Feeds whose keys are unique by construction have none and pay nothing.
 */
export class KeyOrder {
  readonly #latest = new Map<string, Promise<void>>();

  /**
   * Takes a write's place in the order of its keys.
   *
   * @returns `ready`: resolves once all earlier writes of these keys have settled; `undefined` if there are none.
   *   `settled`: to be called once this write has settled
   */
  enter(keys: ReadonlySet<string>): { readonly ready: Promise<unknown> | undefined; readonly settled: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const earlier = new Set<Promise<void>>();
    for (const key of keys) {
      const latest = this.#latest.get(key);
      if (latest !== undefined) earlier.add(latest);
      this.#latest.set(key, promise);
    }
    const settled = (): void => {
      for (const key of keys) if (this.#latest.get(key) === promise) this.#latest.delete(key);
      resolve();
    };
    return { ready: earlier.size === 0 ? undefined : Promise.all(earlier), settled };
  }
}
