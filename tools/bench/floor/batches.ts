/** Collects items into requests of 25 and keeps some requests in flight. */
export interface Batches {
  /** Answers a promise where the caller has to wait for a free place. */
  readonly add: (item: unknown) => Promise<void> | undefined;
  /** Sends what is left, and waits until all has arrived. */
  readonly finish: () => Promise<void>;
}

/** @param send writes one batch and answers the requests that were not processed */
export function batches(inFlight: number, send: (items: readonly unknown[]) => Promise<readonly unknown[]>): Batches {
  let batch: unknown[] = [];
  let flying = 0;
  let failure: Error | undefined;
  const waiting: (() => void)[] = [];
  const fly = async (items: readonly unknown[]): Promise<void> => {
    try {
      for (let rest = items; rest.length > 0;) rest = await send(rest);
    } catch (error) {
      failure ??= error as Error;
    }
    flying -= 1;
    for (const wake of waiting.splice(0)) wake();
  };
  const place = async (below: number): Promise<void> => {
    while (flying >= below) await new Promise<void>((resolve) => waiting.push(resolve));
    if (failure !== undefined) throw failure;
  };
  const start = (): void => {
    flying += 1;
    void fly(batch);
    batch = [];
  };
  return {
    add: (item) => {
      batch.push(item);
      if (batch.length < 25) return undefined;
      start();
      return flying < inFlight ? undefined : place(inFlight);
    },
    finish: async () => {
      if (batch.length > 0) start();
      await place(1);
    },
  };
}
