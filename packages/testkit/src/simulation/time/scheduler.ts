import { EventQueue } from './event-queue.ts';
import { enter, leave } from './current-process.ts';
import type { Scheduled, SimulatedProcess } from './simulated-process.ts';

/** Why a simulation came to its end. `endless`: too many events, or too much time. */
export type Ending = 'idle' | 'done' | 'endless';

export interface SchedulerLimits {
  readonly maxEvents: number;
  readonly maxMs: number;
}

const realSetImmediate = setImmediate;

/**
 * Decides what happens next, and nothing else does: one event at a time, in the order of virtual time. After an event of a
 * process, everything that its code does without waiting for time or the wire (microtasks, `process.nextTick`) runs to its
 * end before the next event, so the order never depends on the machine.
 */
export class Scheduler {
  readonly #queue: EventQueue<Scheduled> = new EventQueue();
  readonly #limits: SchedulerLimits;
  #now = 0;
  #order = 0;
  #handled = 0;
  /** Called with what an event's code threw: nothing caught it, so a real process would end. */
  uncaught: (thrown: unknown, owner: SimulatedProcess | undefined) => void = (thrown) => {
    throw thrown;
  };

  constructor(limits: SchedulerLimits = { maxEvents: 30_000, maxMs: 7 * 24 * 3_600_000 }) {
    this.#limits = limits;
  }

  /** World time in milliseconds. */
  get now(): number {
    return this.#now;
  }

  get handled(): number {
    return this.#handled;
  }

  /** Has something happen in the world. */
  inWorld(delayMs: number, run: () => void): Scheduled {
    return this.#add({ at: this.#now + delayMs, owner: undefined, run });
  }

  /** Has something happen in a process: it waits while the process is halted, and is lost with it. */
  inProcess(owner: SimulatedProcess, delayMs: number, run: () => void): Scheduled {
    return this.#add({ at: this.#now + delayMs, owner, run });
  }

  /** Has something happen once the process's own monotonic clock has gone on by `delayMs`. */
  afterProcessTime(owner: SimulatedProcess, delayMs: number, run: () => void): Scheduled {
    const due = owner.monotonic() + delayMs;
    return this.#add({ at: this.#now + owner.until(due), owner, run, due });
  }

  /** Lets a halted process run on; what came meanwhile happens now, in order. */
  resume(owner: SimulatedProcess): void {
    for (const event of owner.resume()) {
      if (!event.cancelled) this.#queue.add(Object.assign(event, { at: this.#now, order: (this.#order += 1) }));
    }
  }

  /** Lets things happen until `done`, or until nothing is left. */
  async run(done: () => boolean): Promise<Ending> {
    const { maxEvents, maxMs } = this.#limits;
    while (!done()) {
      const event = this.#queue.take();
      if (event === undefined) return 'idle';
      if (event.cancelled || event.owner?.state === 'dead') continue;
      this.#now = Math.max(this.#now, event.at);
      this.#handled += 1;
      if (this.#handled > maxEvents || this.#now > maxMs) return 'endless';
      await this.#handle(event);
    }
    return 'done';
  }

  async #handle(event: Scheduled): Promise<void> {
    const { owner, due } = event;
    if (owner === undefined) return this.#call(event);
    if (owner.state === 'halted') return owner.defer(event);
    const early = due === undefined ? 0 : owner.until(due);
    // Its monotonic clock stood still for a while.
    if (early > 0.001) {
      this.#queue.add(Object.assign(event, { at: this.#now + early }));
      return;
    }
    enter(owner);
    this.#call(event);
    await new Promise<void>((resolve) => realSetImmediate(resolve));
    leave();
  }

  #call({ run, owner }: Scheduled): void {
    try {
      run();
    } catch (thrown) {
      this.uncaught(thrown, owner);
    }
  }

  #add(event: Omit<Scheduled, 'order' | 'cancelled'>): Scheduled {
    const scheduled = { ...event, order: (this.#order += 1), cancelled: false };
    this.#queue.add(scheduled);
    return scheduled;
  }
}
