import type { Chance } from '../chance.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { SimulatedProcess } from '../time/simulated-process.ts';
import type { Trace } from '../trace.ts';

/**
 * What can happen to a request on its way. `refuse`: no connection. `lose-request`: the connection breaks before it arrives.
 * `lose-response`: it breaks after it was applied. `silence`: it is applied and no response ever comes. `delay`: it arrives
 * late, after requests that were sent later. All other names are for the service itself.
 */
export type NetworkFault = 'refuse' | 'lose-request' | 'lose-response' | 'silence' | 'delay';

/** A fault that the next requests to a service meet. */
export interface ArmedFault {
  readonly fault: string;
  /** Requests that it hits. */
  times: number;
}

const NETWORK_FAULTS: ReadonlySet<string> = new Set(['refuse', 'lose-request', 'lose-response', 'silence', 'delay']);

/** Something that happens to the process that sends a certain request. */
export interface Ambush {
  readonly service: string;
  readonly moment: 'before' | 'after';
  readonly strike: (process: SimulatedProcess) => void;
  /** Requests until then. */
  count: number;
}

export interface Call<T> {
  readonly process: SimulatedProcess;
  /** Which service: faults are armed by its name. */
  readonly service: string;
  /** What is asked, for the trace. */
  readonly what: string;
  /** Applies the request at the service, once it arrives. `fault` is what the service itself is to do wrong. */
  readonly apply: (fault: string | undefined) => T;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the client gives up waiting. */
  readonly timeoutMs?: number;
}

export interface NetworkSettings {
  /**
   * Whether a process can be halted between its decision to send and the socket. No clock can exclude what follows from that: a
   * destination that takes every write needs it to be `false`, one that compares versions does not.
   */
  readonly haltsBeforeSocket: boolean;
  /** A request whose fault is `delay` arrives after at most this many milliseconds. */
  readonly longestDelayMs: number;
  /** Fixed duration of every request and response in milliseconds, so that concurrent calls stay in step. @default random */
  readonly steadyMs?: number;
}

/** How long a request or a response takes, in milliseconds. */
const LATENCY = { least: 1, most: 20, slow: 200 };

/** Carries requests between processes and services: late, lost, doubled or overtaken, as the seed and the armed faults say. */
export class Network {
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #trace: Trace;
  readonly #settings: NetworkSettings;
  readonly #armed: Map<string, ArmedFault[]> = new Map();
  /** Until when a service does one thing wrong with each request. */
  readonly #outages: Map<string, { readonly fault: string; readonly until: number }> = new Map();

  readonly #ambushes: Ambush[] = [];

  constructor(scheduler: Scheduler, chance: Chance, trace: Trace, settings: NetworkSettings) {
    this.#settings = settings;
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.#trace = trace;
  }

  arm(service: string, fault: string, times: number): void {
    const armed = this.#armed.get(service) ?? [];
    armed.push({ fault, times });
    this.#armed.set(service, armed);
  }

  /** Waits for a request, to halt or kill the process that sends it. */
  ambush(ambush: Ambush): void {
    this.#ambushes.push(ambush);
  }

  outage(service: string, fault: string, ms: number): void {
    this.#outages.set(service, { fault, until: this.#scheduler.now + ms });
  }

  /** Ends all faults: from now on everything arrives. */
  heal(): void {
    this.#armed.clear();
    this.#outages.clear();
    this.#ambushes.length = 0;
  }

  /** Sends a request. Rejects as a broken connection does, by an `Error` with a `code` or the name `TimeoutError`. */
  send<T>({ process, service, what, apply, signal, timeoutMs = 30_000 }: Call<T>): Promise<T> {
    const scheduler = this.#scheduler;
    return new Promise<T>((resolve, reject) => {
      let over = false;
      const end = (act: () => void): void => {
        if (over) return;
        over = true;
        signal?.removeEventListener('abort', abort);
        giveUp.cancelled = true;
        act();
      };
      const abort = (): void => end(() => reject(broken('AbortError', 'ABORT_ERR', 'The request was aborted.')));
      const respond = (delayMs: number, act: () => void): void =>
        void scheduler.inProcess(process, delayMs, () => end(act));
      const lost = (): void => reject(broken('Error', 'ECONNRESET', 'socket hang up'));
      const giveUp = scheduler.afterProcessTime(process, timeoutMs, () =>
        end(() => reject(broken('TimeoutError', 'ETIMEDOUT', `No response within ${timeoutMs} ms.`))),
      );
      // Between the decision to send and the socket lies time in which a process can be halted.
      const [before, after] = this.#ambushesOf(service);
      const depart = (): void => {
        if (over) return;
        this.#travel({ process, service, what, apply }, respond, { resolve, reject, lost });
        after?.(process);
      };
      if (this.#settings.haltsBeforeSocket)
        scheduler.inProcess(process, this.#settings.steadyMs === undefined ? this.#chance.next() : 0, depart);
      else depart();
      before?.(process);
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** A request on the wire. */
  #travel<T>(
    { process, service, what, apply }: Pick<Call<T>, 'process' | 'service' | 'what' | 'apply'>,
    respond: (delayMs: number, act: () => void) => void,
    {
      resolve,
      reject,
      lost,
    }: { readonly resolve: (answer: T) => void; readonly reject: (error: Error) => void; readonly lost: () => void },
  ): void {
    const scheduler = this.#scheduler;
    const fault = this.#faultFor(service);
    const network = fault !== undefined && NETWORK_FAULTS.has(fault) ? (fault as NetworkFault) : undefined;
    this.#trace.note(scheduler.now, process.name, `${service} ${what}${fault === undefined ? '' : ` !${fault}`}`);
    if (network === 'refuse') {
      return respond(1, () => reject(broken('Error', 'ECONNREFUSED', `connect ECONNREFUSED ${service}`)));
    }
    if (network === 'lose-request') return respond(this.#latency(), lost);
    const way = network === 'delay' ? this.#chance.integer(1, this.#settings.longestDelayMs) : this.#latency();
    scheduler.inWorld(way, () => {
      const answer = apply(network === undefined ? fault : undefined);
      if (network === 'silence') return;
      const back = this.#latency();
      if (network === 'lose-response') respond(back, lost);
      else respond(back, () => resolve(answer));
    });
  }

  /** What waits for this request: before it is on the wire, and after. */
  #ambushesOf(service: string): readonly (((process: SimulatedProcess) => void) | undefined)[] {
    const due: { before?: Ambush['strike']; after?: Ambush['strike'] } = {};
    for (const ambush of this.#ambushes.filter((one) => one.service === service)) {
      ambush.count -= 1;
      if (ambush.count > 0) continue;
      due[ambush.moment] ??= ambush.strike;
      this.#ambushes.splice(this.#ambushes.indexOf(ambush), 1);
    }
    return [due.before, due.after];
  }

  #latency(): number {
    if (this.#settings.steadyMs !== undefined) return this.#settings.steadyMs;
    const { least, most, slow } = LATENCY;
    return least + this.#chance.next() * (this.#chance.happens(0.03) ? slow : most);
  }

  #faultFor(service: string): string | undefined {
    const outage = this.#outages.get(service);
    if (outage !== undefined && outage.until > this.#scheduler.now) return outage.fault;
    const armed = this.#armed.get(service);
    const first = armed?.[0];
    if (armed === undefined || first === undefined) return undefined;
    first.times -= 1;
    if (first.times <= 0) armed.shift();
    return first.fault;
  }
}

/** An error as Node's HTTP client makes it. */
function broken(name: string, code: string, message: string): Error {
  return Object.assign(new Error(message), { name, code });
}
