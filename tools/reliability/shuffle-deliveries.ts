import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectsFailedError, type S3Handler } from '@millrace/lambda-adapter';
import type { S3Event } from '@millrace/local';

const WORKERS = 6;
/** Lambda tries an asynchronous invocation three times; what is left goes to a queue, from which it is tried again. */
const MAX_ATTEMPTS = 100;

/** Events on their way to the handler. */
export interface Deliveries {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly invocations: () => number;
  /** Resolves once the queue is empty; nothing may be added any more. */
  readonly end: () => Promise<void>;
}

/**
 * Takes events from the queue, several workers at once, and delivers them until the end.
 *
 * @param ofEvent objects of one event, if so many wait
 */
export function startDelivering(handler: S3Handler, queue: S3Event['Records'][number][], ofEvent: number): Deliveries {
  const outcomes: Record<string, number> = {};
  let invocations = 0;
  let isEnding = false;
  const worker = async (): Promise<void> => {
    for (;;) {
      const records = queue.splice(0, ofEvent);
      if (records.length > 0) {
        const delivered = await deliver(handler, { Records: records });
        invocations += delivered.attempts;
        for (const outcome of delivered.outcomes) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      } else if (isEnding) return;
      else await sleep(2);
    }
  };
  const workers = Array.from({ length: WORKERS }, worker);
  return {
    outcomes,
    invocations: () => invocations,
    end: async () => {
      isEnding = true;
      await Promise.all(workers);
    },
  };
}

/**
 * Delivers an event as Lambda does, and then the queue of what failed: the whole event again, until it succeeds or what is left
 * can never succeed. Returns what became of each of its objects in the end.
 */
async function deliver(
  handler: S3Handler,
  event: S3Event,
): Promise<{ readonly outcomes: readonly string[]; readonly attempts: number }> {
  let outcomes: readonly string[] = [];
  for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts += 1) {
    try {
      const { objects } = await handler(structuredClone(event));
      return { outcomes: objects.map(({ outcome }) => outcome), attempts };
    } catch (error) {
      if (!(error instanceof ObjectsFailedError)) throw error;
      const { report, failures } = error;
      outcomes = report.objects.map(({ outcome, error: why }) => why?.code ?? outcome);
      // The events' versions are gone; three attempts, as Lambda makes.
      const isOver = failures.every(({ error: why }) => why?.code === 'S3_OBJECT_CHANGED');
      if (isOver && attempts >= 3) return { outcomes, attempts };
    }
    await sleep(20);
  }
  return { outcomes, attempts: MAX_ATTEMPTS };
}
