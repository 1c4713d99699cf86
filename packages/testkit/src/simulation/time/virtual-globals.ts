import { createHash } from 'node:crypto';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { currentProcess } from './current-process.ts';
import type { Scheduler } from './scheduler.ts';
import type { Scheduled } from './simulated-process.ts';

/** A timer of a simulated process, as Node's `Timeout` is used by libraries. */
class VirtualTimer {
  event: Scheduled | undefined;
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
}

/** A timer of more milliseconds fires at once, as in Node. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Gives simulated processes their own time and chance: what reads the clock, waits or draws asks the process whose code is
 * running. Code outside simulated processes gets the real ones.
 *
 * Replaced are `Date`, `performance.now`, the timers and those of `node:timers/promises`, `AbortSignal.timeout`,
 * `Math.random`, `crypto.randomUUID`, and `crypto.subtle.digest`, which otherwise finishes on another thread.
 *
 * @returns puts the real ones back
 */
export function installVirtualGlobals(scheduler: Scheduler): () => void {
  const undo: (() => void)[] = [];
  const replace = (target: object, name: string, value: unknown): void => {
    const before = Object.getOwnPropertyDescriptor(target, name);
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true });
    undo.push(() => {
      if (before === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, before);
    });
  };
  replaceClocks(replace);
  replaceTimers(scheduler, replace);
  replaceChance(replace);
  syncBuiltinESMExports();
  return () => {
    for (const back of undo.reverse()) back();
    syncBuiltinESMExports();
  };
}

type Replace = (target: object, name: string, value: unknown) => void;

function replaceClocks(replace: Replace): void {
  const RealDate = Date;
  const realNow = Date.now.bind(Date);
  const realMonotonic = performance.now.bind(performance);
  const now = (): number => currentProcess()?.wall() ?? realNow();
  replace(RealDate, 'now', now);
  const construct = (target: typeof RealDate, given: unknown[]): Date =>
    given.length === 0 ? new target(now()) : (Reflect.construct(target, given) as Date);
  replace(globalThis, 'Date', new Proxy(RealDate, { construct }));
  replace(performance, 'now', () => currentProcess()?.monotonic() ?? realMonotonic());
}

function replaceTimers(scheduler: Scheduler, replace: Replace): void {
  const real = { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate };
  const once = (kind: 'setTimeout' | 'setImmediate') =>
    function start(callback: (...given: unknown[]) => void, delay?: unknown, ...given: unknown[]): unknown {
      const process = currentProcess();
      const passed = kind === 'setImmediate' && delay !== undefined ? [delay, ...given] : given;
      if (process === undefined) return (real[kind] as (...all: unknown[]) => unknown)(callback, delay, ...given);
      const timer = new VirtualTimer();
      const ms = kind === 'setImmediate' ? 0 : delayOf(delay);
      timer.event = scheduler.afterProcessTime(process, ms, () => callback(...passed));
      return timer;
    };
  const repeatedly = (callback: (...given: unknown[]) => void, delay?: unknown, ...given: unknown[]): unknown => {
    const process = currentProcess();
    if (process === undefined) return real.setInterval(callback, delay as number, ...given);
    const timer = new VirtualTimer();
    const next = (): void => {
      timer.event = scheduler.afterProcessTime(process, delayOf(delay), () => {
        next();
        callback(...given);
      });
    };
    next();
    return timer;
  };
  const clear = (kind: 'clearTimeout' | 'clearInterval' | 'clearImmediate') => (timer?: unknown) => {
    if (!(timer instanceof VirtualTimer)) return (real[kind] as (given: unknown) => void)(timer);
    if (timer.event !== undefined) timer.event.cancelled = true;
  };
  replace(globalThis, 'setTimeout', once('setTimeout'));
  replace(globalThis, 'setImmediate', once('setImmediate'));
  replace(globalThis, 'setInterval', repeatedly);
  for (const kind of ['clearTimeout', 'clearInterval', 'clearImmediate'] as const)
    replace(globalThis, kind, clear(kind));
  replaceSleep(replace);
}

function replaceSleep(replace: Replace): void {
  const timers = createRequire(import.meta.url)('node:timers/promises') as Record<
    string,
    (...given: unknown[]) => unknown
  >;
  const realSleep = timers['setTimeout']!;
  const sleep = (delay: unknown, value?: unknown, options?: { readonly signal?: AbortSignal }): unknown => {
    if (currentProcess() === undefined) return realSleep(delay, value, options);
    const { signal } = options ?? {};
    return new Promise((resolve, reject) => {
      const stopped = (): void => {
        clearTimeout(timer);
        reject(new DOMException('The operation was aborted', 'AbortError'));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stopped);
        resolve(value);
      }, delay as number);
      if (signal?.aborted) stopped();
      else signal?.addEventListener('abort', stopped, { once: true });
    });
  };
  replace(timers, 'setTimeout', sleep);
  const realTimeout = AbortSignal.timeout.bind(AbortSignal);
  replace(AbortSignal, 'timeout', (ms: number): AbortSignal => {
    if (currentProcess() === undefined) return realTimeout(ms);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException('The operation timed out.', 'TimeoutError')), ms);
    return controller.signal;
  });
}

function replaceChance(replace: Replace): void {
  const realRandom = Math.random;
  const realUuid = crypto.randomUUID.bind(crypto);
  const realDigest = crypto.subtle.digest.bind(crypto.subtle);
  replace(Math, 'random', () => currentProcess()?.chance.next() ?? realRandom());
  replace(crypto, 'randomUUID', () => currentProcess()?.chance.uuid() ?? realUuid());
  replace(crypto.subtle, 'digest', (algorithm: string, data: NodeJS.ArrayBufferView) => {
    if (currentProcess() === undefined) return realDigest(algorithm, data as never);
    const digest = createHash(algorithm.replace('-', '').toLowerCase()).update(data).digest();
    return Promise.resolve(digest.buffer.slice(digest.byteOffset, digest.byteOffset + digest.byteLength));
  });
}

function delayOf(delay: unknown): number {
  const ms = Number(delay ?? 0);
  return ms >= 1 && ms <= LONGEST_TIMER_MS ? Math.trunc(ms) : 1;
}
