import type { Chance } from '../chance.ts';
import type { Scheduler } from '../time/scheduler.ts';

/** A message, and how often it was received. */
export interface Message {
  readonly id: string;
  readonly body: string;
  receives: number;
  visibleAt: number;
}

export interface QueueSettings {
  readonly visibilityMs: number;
  /** Receives after which a message goes to the dead-letter queue. */
  readonly maxReceives: number;
  readonly batchSize: number;
}

/** A standard queue with a dead-letter queue. */
export class Queue {
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #settings: QueueSettings;
  readonly #messages: Map<string, Message> = new Map();
  /** Messages that were received too often. */
  readonly dead: Message[] = [];
  #sent = 0;
  /** Called when messages may have become visible. */
  onVisible: () => void = () => {};

  constructor(scheduler: Scheduler, chance: Chance, settings: QueueSettings) {
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.#settings = settings;
  }

  get waiting(): number {
    return this.#messages.size;
  }

  send(body: string, delayMs = 0): void {
    const id = `m${(this.#sent += 1)}`;
    this.#messages.set(id, { id, body, receives: 0, visibleAt: this.#scheduler.now + delayMs });
    this.#scheduler.inWorld(delayMs, () => this.onVisible());
  }

  /** Receives up to a batch of visible messages, in an order of chance. */
  receive(): readonly Message[] {
    const { now } = this.#scheduler;
    const { visibilityMs, maxReceives, batchSize } = this.#settings;
    const batch: Message[] = [];
    const visible = [...this.#messages.values()].filter(({ visibleAt }) => visibleAt <= now);
    while (visible.length > 0 && batch.length < batchSize) {
      const [message] = visible.splice(this.#chance.integer(0, visible.length - 1), 1) as [Message];
      if (message.receives >= maxReceives) {
        this.#messages.delete(message.id);
        this.dead.push(message);
        continue;
      }
      message.receives += 1;
      message.visibleAt = now + visibilityMs;
      batch.push(message);
    }
    if (batch.length > 0) this.#scheduler.inWorld(visibilityMs, () => this.onVisible());
    return batch;
  }

  delete(ids: readonly string[]): void {
    for (const id of ids) this.#messages.delete(id);
  }
}
