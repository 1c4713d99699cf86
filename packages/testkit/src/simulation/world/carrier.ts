import type { Scheduler } from '../time/scheduler.ts';
import type { Invoked, Lambda } from './lambda.ts';
import type { Message, Queue } from './queue.ts';

export interface CarrierOptions {
  readonly scheduler: Scheduler;
  readonly queue: Queue;
  readonly lambda: Lambda;
  /** `sqs`: events wait in a queue. `async`: Lambda's own queue, which retries an event twice, after 1 and 2 minutes. */
  readonly kind: 'sqs' | 'async';
}

/** An event on its way through Lambda's own queue. */
interface AsyncEvent {
  readonly body: string;
  attempts: number;
}

const RETRY_MS = [60_000, 120_000] as const;

/** Brings events to the function, and again if it failed. Messages of a queue always go in batches. */
export class Carrier {
  readonly #options: CarrierOptions;
  readonly #waiting: AsyncEvent[] = [];

  constructor(options: CarrierOptions) {
    this.#options = options;
    options.queue.onVisible = () => this.#pump();
    options.lambda.onFree = () => this.#pump();
  }

  /** An event about an object arrives. */
  deliver(body: string): void {
    const { kind, queue } = this.#options;
    if (kind === 'sqs') return queue.send(body);
    this.#waiting.push({ body, attempts: 0 });
    this.#pump();
  }

  #pump(): void {
    const { queue, lambda } = this.#options;
    while (lambda.isFree) {
      const event = this.#waiting.shift();
      if (event !== undefined) {
        this.#invokeAsync(event);
        continue;
      }
      const messages = queue.receive();
      if (messages.length === 0) return;
      lambda.invoke(batchOf(messages), (how) => queue.delete(doneOf(messages, how)));
    }
  }

  #invokeAsync(event: AsyncEvent): void {
    const { scheduler, queue, lambda } = this.#options;
    lambda.invoke(JSON.parse(event.body), ({ ended }) => {
      if (ended === 'returned') return;
      const wait = RETRY_MS[event.attempts];
      event.attempts += 1;
      // Its on-failure destination.
      if (wait === undefined) return void queue.dead.push({ id: 'async', body: event.body, receives: 3, visibleAt: 0 });
      scheduler.inWorld(wait, () => {
        this.#waiting.push(event);
        this.#pump();
      });
    });
  }
}

function batchOf(messages: readonly Message[]): unknown {
  const eventSourceARN = 'arn:aws:sqs:us-east-1:000000000000:queue';
  const Records = messages.map(({ id, body }) => ({
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN,
  }));
  return { Records };
}

/** Lambda deletes what the handler did not name, and nothing if it did not return. */
function doneOf(messages: readonly Message[], how: Invoked): readonly string[] {
  if (how.ended !== 'returned') return [];
  const { batchItemFailures = [] } = how.value as {
    readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
  };
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  return messages.map(({ id }) => id).filter((id) => !failed.has(id));
}
