import type { Chance } from '../chance.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { Scheduled } from '../time/simulated-process.ts';
import type { SimulatedProcess } from '../time/simulated-process.ts';
import type { Trace } from '../trace.ts';

/** A handler as Lambda calls it. */
export type Handler = (
  event: unknown,
  context: { readonly getRemainingTimeInMillis: () => number },
) => Promise<unknown>;

export interface LambdaSettings {
  readonly timeoutMs: number;
  /** Environments at once. */
  readonly concurrency: number;
}

/** How an invocation ended. `killed`: the time ran out, or the process died. */
export type Invoked = { readonly ended: 'returned'; readonly value: unknown } | { readonly ended: 'threw' | 'killed' };

interface Environment {
  readonly process: SimulatedProcess;
  handler: Handler | undefined;
  readonly deployment: number;
  busy: boolean;
}

/** Runs a handler in environments that start cold, freeze between invocations, and are killed when their time is over. */
export class Lambda {
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #trace: Trace;
  readonly #settings: LambdaSettings;
  readonly #start: (name: string) => { readonly process: SimulatedProcess; readonly load: () => Handler };
  readonly #environments: Set<Environment> = new Set();
  #deployment = 0;
  #started = 0;
  /** Called when an environment has become free. */
  onFree: () => void = () => {};

  constructor(
    { scheduler, chance, trace }: { readonly scheduler: Scheduler; readonly chance: Chance; readonly trace: Trace },
    settings: LambdaSettings,
    start: (name: string) => { readonly process: SimulatedProcess; readonly load: () => Handler },
  ) {
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.#trace = trace;
    this.#settings = settings;
    this.#start = start;
  }

  get isFree(): boolean {
    return this.busy < this.#settings.concurrency;
  }

  get busy(): number {
    return [...this.#environments].filter(({ busy }) => busy).length;
  }

  /** From now on, new environments load what is deployed now; those at work go on with what they have. */
  deploy(): void {
    this.#deployment += 1;
  }

  /** Invokes the handler; `ended` is called once, in the world. */
  invoke(event: unknown, ended: (how: Invoked) => void): void {
    const scheduler = this.#scheduler;
    const warm = [...this.#environments].find((one) => !one.busy && one.deployment === this.#deployment);
    if (warm !== undefined && this.#chance.happens(0.8)) {
      warm.busy = true;
      scheduler.resume(warm.process);
      const call = this.#prepare(warm, ended);
      scheduler.inProcess(warm.process, 1, () => call(event));
      return;
    }
    const { process, load } = this.#start(`lambda${(this.#started += 1)}`);
    const environment: Environment = { process, deployment: this.#deployment, busy: true, handler: undefined };
    this.#environments.add(environment);
    const call = this.#prepare(environment, ended);
    process.onDeath(() => this.#environments.delete(environment));
    scheduler.inProcess(process, this.#chance.integer(100, 800), () => {
      environment.handler = load();
      call(event);
    });
  }

  #prepare(environment: Environment, ended: (how: Invoked) => void): (event: unknown) => void {
    const { process } = environment;
    const scheduler = this.#scheduler;
    const { timeoutMs } = this.#settings;
    let over = false;
    let timeout: Scheduled | undefined;
    const end = (how: Invoked): void => {
      if (over) return;
      over = true;
      if (timeout !== undefined) timeout.cancelled = true;
      this.#trace.note(scheduler.now, process.name, `invocation ${how.ended}`);
      scheduler.inWorld(1, () => {
        environment.busy = false;
        if (process.state === 'running') process.halt('stop');
        ended(how);
        this.onFree();
      });
    };
    process.onDeath(() => end({ ended: 'killed' }));
    return (event) => {
      const startedAt = scheduler.now;
      timeout = scheduler.inWorld(timeoutMs, () => process.kill());
      this.#trace.note(startedAt, process.name, 'invocation starts');
      const context = { getRemainingTimeInMillis: () => Math.max(0, startedAt + timeoutMs - scheduler.now) };
      environment.handler!(event, context).then(
        (value) => end({ ended: 'returned', value }),
        () => end({ ended: 'threw' }),
      );
    };
  }
}
