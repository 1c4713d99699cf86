import type { Chance } from '../chance.ts';
import type { Timed } from './event-queue.ts';

/** Something that will happen. Without an owner it happens in the world; else in that process, if it runs then. */
export interface Scheduled extends Timed {
  readonly owner: SimulatedProcess | undefined;
  readonly run: () => void;
  /** Of a timer: what its process's monotonic clock must show. */
  readonly due?: number;
  cancelled: boolean;
}

/** World time 0, in milliseconds since the epoch: 2026-01-01T00:00:00Z. */
export const WORLD_EPOCH = 1_767_225_600_000;

/** How a process's clocks differ from the world's. */
export interface ClockError {
  /** Milliseconds that its wall clock is ahead. */
  readonly offsetMs: number;
  /** Seconds that its clocks count for each second of the world, such as 1.0001. */
  readonly rate: number;
}

/**
 * How a process can be halted. `stop` is SIGSTOP, or Lambda's freeze: its clocks go on, and timers that came due meanwhile
 * fire at once afterwards. `suspend` is a laptop's lid: its wall clock jumps, its monotonic clock stands still.
 */
export type Halt = 'stop' | 'suspend';

/** One process of the simulated system: its clocks, its chance, and whether it runs. */
export class SimulatedProcess {
  readonly name: string;
  readonly chance: Chance;
  readonly #world: () => number;
  readonly #clock: ClockError;
  readonly #startedAt: number;
  #state: 'running' | 'halted' | 'dead' = 'running';
  #halt: Halt = 'stop';
  #haltedAt = 0;
  #suspendedMs = 0;
  /** Events that came while it was halted. */
  readonly #backlog: Scheduled[] = [];
  readonly #onDeath: (() => void)[] = [];

  constructor(name: string, chance: Chance, clock: ClockError, world: () => number) {
    this.name = name;
    this.chance = chance;
    this.#world = world;
    this.#clock = clock;
    this.#startedAt = world();
  }

  get state(): 'running' | 'halted' | 'dead' {
    return this.#state;
  }

  /** Milliseconds since the epoch, as this process believes. */
  wall(): number {
    return Math.floor(WORLD_EPOCH + this.#world() * this.#clock.rate + this.#clock.offsetMs);
  }

  /** Milliseconds that this process has run. */
  monotonic(): number {
    const halted = this.#state === 'halted' && this.#halt === 'suspend' ? this.#world() - this.#haltedAt : 0;
    return (this.#world() - this.#startedAt - this.#suspendedMs - halted) * this.#clock.rate;
  }

  /** World milliseconds until its monotonic clock shows `due`. */
  until(due: number): number {
    return Math.max(0, (due - this.monotonic()) / this.#clock.rate);
  }

  halt(how: Halt): void {
    if (this.#state !== 'running') return;
    this.#state = 'halted';
    this.#halt = how;
    this.#haltedAt = this.#world();
  }

  /** Runs on. Returns what came meanwhile, in order. */
  resume(): readonly Scheduled[] {
    if (this.#state !== 'halted') return [];
    if (this.#halt === 'suspend') this.#suspendedMs += this.#world() - this.#haltedAt;
    this.#state = 'running';
    return this.#backlog.splice(0);
  }

  kill(): void {
    if (this.#state === 'dead') return;
    this.#state = 'dead';
    this.#backlog.length = 0;
    for (const notify of this.#onDeath.splice(0)) notify();
  }

  defer(event: Scheduled): void {
    this.#backlog.push(event);
  }

  onDeath(notify: () => void): void {
    this.#onDeath.push(notify);
  }
}
