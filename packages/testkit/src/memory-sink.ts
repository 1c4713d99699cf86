import { setTimeout as sleep } from 'node:timers/promises';
import type { Sink } from '@millrace/core';
import { check, checkOptions, type Context, type Entry, type Refusal, type SinkLimits } from '@millrace/core/plugin';

/** A refusal of one entry; the sink knows its position. */
export interface MemoryRefusal {
  readonly code: string;
  readonly message: string;
  readonly cause?: unknown;
}

/** One call of `write`. */
export interface MemoryWrite<T> {
  /** Number of the write, from 1. */
  readonly number: number;
  readonly entries: readonly Entry<T>[];
  /** `lost` if the entries were stored but the write reported a failure. */
  readonly outcome: 'pending' | 'accepted' | 'failed' | 'lost';
  readonly refusals: readonly Refusal[];
}

/** What lies in the sink under one key. */
export interface StoredEntry<T> {
  readonly value: T;
  readonly entry: Entry<T>;
  /** Times that this key was written. */
  readonly times: number;
}

export interface MemorySinkOptions<T> {
  /** @default 'memory' */
  readonly name?: string;
  readonly limits?: SinkLimits;
  readonly sizeOf?: (value: T) => number;
  /** Writes in flight at most. @default 1 */
  readonly concurrency?: number;
  /** Under which key an entry is stored. @default item id, ordinal and branch: `id#3` or `id#3.0` */
  readonly key?: (entry: Entry<T>) => string;
  /** Called for each entry of a write that is not to fail; an answer refuses this entry. @default none is refused */
  readonly refuse?: (entry: Entry<T>, write: number) => MemoryRefusal | undefined;
  /** Called for each write; an answer makes the write reject with it, and nothing is stored. @default none fails */
  readonly fail?: (write: number, entries: readonly Entry<T>[]) => unknown;
  /** The same, but only after the entries were stored: the answer got lost. @default none */
  readonly failAfter?: (write: number, entries: readonly Entry<T>[]) => unknown;
  /** Milliseconds that a write takes. It rejects at once when the context's signal fires meanwhile. @default 0 */
  readonly delayMs?: number | ((write: number) => number);
}

/** A sink that keeps what it is given in memory, and tells exactly what that is. */
export interface MemorySink<T> extends Sink<T> {
  /** What is stored, by key, in the order of first writing. */
  readonly stored: ReadonlyMap<string, StoredEntry<T>>;
  /** The stored values, in the order of first writing. */
  readonly values: () => T[];
  /** Every write so far, in the order of calls. */
  readonly writes: readonly MemoryWrite<T>[];
  /** Writes that were in flight at once, at most. */
  readonly mostInFlight: () => number;
  /** Times that the sink was closed. */
  readonly closed: () => number;
}

/**
 * Makes a sink for tests, with refusals, failures and delays on demand. It meets clauses 5.1 to 5.9 of the contract. It can
 * also be a quarantine: `memorySink<Rejection>({ key })`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const sink = memorySink<string>({ delayMs: 10 });
 * await feed('test').from(memorySource({ objects: { a: ['x', 'y'] } })).through(parseLines()).to(sink).run([{ name: 'a' }]);
 */
export function memorySink<T>(options: MemorySinkOptions<T> = {}): MemorySink<T> {
  checkOptions('memorySink', options, {
    name: check.optional(check.text),
    limits: check.optional(check.object),
    sizeOf: check.optional(check.callback),
    concurrency: check.optional(check.integer(1)),
    key: check.optional(check.callback),
    refuse: check.optional(check.callback),
    fail: check.optional(check.callback),
    failAfter: check.optional(check.callback),
    delayMs: check.optional((value) => (typeof value === 'function' ? undefined : check.numeric(0)(value))),
  });
  const {
    name = 'memory',
    limits,
    sizeOf,
    concurrency = 1,
    key = keyOf,
    refuse,
    fail,
    failAfter,
    delayMs = 0,
  } = options;
  const stored = new Map<string, StoredEntry<T>>();
  const writes: MemoryWrite<T>[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  let closed = 0;

  const perform = async (write: Writable<MemoryWrite<T>>, signal: AbortSignal): Promise<readonly Refusal[]> => {
    const { number, entries } = write;
    signal.throwIfAborted();
    const delay = typeof delayMs === 'function' ? delayMs(number) : delayMs;
    if (delay > 0) await sleep(delay, undefined, { signal });
    const failure = fail?.(number, entries);
    if (failure !== undefined) throw failure;
    const refusals: Refusal[] = [];
    for (const [position, entry] of entries.entries()) {
      const refusal = refuse?.(entry, number);
      if (refusal !== undefined) refusals.push({ position, ...refusal });
      else stored.set(key(entry), { value: entry.value, entry, times: (stored.get(key(entry))?.times ?? 0) + 1 });
    }
    write.refusals = refusals;
    const lost = failAfter?.(number, entries);
    if (lost !== undefined) {
      write.outcome = 'lost';
      throw lost;
    }
    write.outcome = 'accepted';
    return refusals;
  };

  return Object.freeze({
    name,
    ...(limits === undefined ? {} : { limits }),
    ...(sizeOf === undefined ? {} : { sizeOf }),
    concurrency,
    stored,
    values: () => [...stored.values()].map(({ value }) => value),
    writes,
    mostInFlight: () => mostInFlight,
    closed: () => closed,
    write: async (entries: readonly Entry<T>[], { signal }: Context) => {
      const write: Writable<MemoryWrite<T>> = {
        number: writes.length + 1,
        entries: [...entries],
        outcome: 'pending',
        refusals: [],
      };
      writes.push(write);
      mostInFlight = Math.max(mostInFlight, (inFlight += 1));
      try {
        return await perform(write, signal);
      } catch (error) {
        if (write.outcome === 'pending') write.outcome = 'failed';
        throw error;
      } finally {
        inFlight -= 1;
      }
    },
    close: () => {
      closed += 1;
    },
  });
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function keyOf({ item, ordinal, branch }: Entry<unknown>): string {
  return branch === '' ? `${item.id}#${ordinal}` : `${item.id}#${ordinal}.${branch}`;
}
