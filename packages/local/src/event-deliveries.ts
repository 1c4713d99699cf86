import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreatedObject } from './created-object.ts';
import type { Delivery } from './delivery.ts';
import { invocationContext } from './invocation-context.ts';
import { matches, type ObjectCreatedSubscription } from './object-created-subscription.ts';
import { type S3Event, s3Event } from './s3-event.ts';

/** Delivers the events of created objects to handlers, as S3 and Lambda's asynchronous invocation do. */
export interface EventDeliveries {
  readonly log: readonly Delivery[];
  /** Subscribes a handler; returns a function that ends the subscription. */
  readonly subscribe: (subscription: ObjectCreatedSubscription) => () => void;
  readonly announce: (created: CreatedObject) => void;
  readonly redeliver: (deliveries: readonly Delivery[]) => readonly Delivery[];
  /** Returns the number of deliveries that have neither succeeded nor failed permanently. */
  readonly pending: () => number;
  /** Resolves when no delivery is pending. */
  readonly settled: () => Promise<void>;
  /** Stops all handler calls, including retries. */
  readonly stop: () => void;
}

/** A subscription and its deliveries that wait for a free invocation. */
interface Target {
  readonly subscription: ObjectCreatedSubscription;
  readonly id: string;
  readonly queue: OpenDelivery[];
  /** Objects created earlier are not delivered, even if they are announced later. */
  readonly since: bigint;
  running: number;
}

type OpenDelivery = { -readonly [K in keyof Delivery]: Delivery[K] } & { errors: unknown[] };

export function eventDeliveries(region: string): EventDeliveries {
  const targets = new Set<Target>();
  const targetOf = new WeakMap<Delivery, Target>();
  const log: OpenDelivery[] = [];
  let pending = 0;
  let stopped = false;
  let waiting: (() => void)[] = [];

  const enqueue = (
    target: Target,
    { bucket, key }: { bucket: string; key: string },
    event: S3Event,
    repeated: boolean,
  ): Delivery => {
    const delivery: OpenDelivery = {
      bucket,
      key,
      event,
      repeated,
      requestId: randomUUID(),
      status: 'pending',
      attempts: 0,
      errors: [],
      result: undefined,
    };
    log.push(delivery);
    targetOf.set(delivery, target);
    target.queue.push(delivery);
    pending += 1;
    // Starts after the caller is done, because the invocation is asynchronous.
    queueMicrotask(() => pump(target));
    return delivery;
  };

  const release = (): void => {
    for (const resolve of waiting) resolve();
    waiting = [];
  };

  const pump = (target: Target): void => {
    while (!stopped && target.running < (target.subscription.concurrency ?? 10)) {
      const delivery = target.queue.shift();
      if (delivery === undefined) return;
      target.running += 1;
      void invoke(target.subscription, delivery).then(() => {
        target.running -= 1;
        pending -= 1;
        pump(target);
        if (pending === 0) release();
      });
    }
  };

  const invoke = async (subscription: ObjectCreatedSubscription, delivery: OpenDelivery): Promise<void> => {
    const { handler, retries = 2, retryDelayMs = 50, timeoutMs = 900_000 } = subscription;
    for (;;) {
      delivery.attempts += 1;
      try {
        // Each attempt gets a copy, because Lambda parses the event again: a handler's changes do not persist.
        const event = structuredClone(delivery.event);
        delivery.result = await handler(event, invocationContext(delivery.requestId, region, timeoutMs));
        delivery.status = 'succeeded';
        return;
      } catch (error) {
        delivery.errors.push(error);
      }
      if (delivery.attempts <= retries && !stopped) await sleep(retryDelayMs);
      if (delivery.attempts <= retries && !stopped) continue;
      delivery.status = 'failed';
      return;
    }
  };

  return Object.freeze({
    log,
    subscribe: (subscription: ObjectCreatedSubscription) => {
      const target: Target = {
        subscription,
        id: `local-${randomUUID()}`,
        queue: [],
        since: process.hrtime.bigint(),
        running: 0,
      };
      targets.add(target);
      return () => void targets.delete(target);
    },
    announce: (created: CreatedObject) => {
      if (stopped) return;
      for (const target of targets) {
        if (BigInt(created.answeredAt) < target.since || !matches(target.subscription, created)) continue;
        const event = s3Event(created, region, target.id);
        const times = target.subscription.deliveries ?? 1;
        for (let time = 0; time < times; time += 1) enqueue(target, created, event, time > 0);
      }
    },
    redeliver: (deliveries: readonly Delivery[]) =>
      deliveries.flatMap((delivery) => {
        const target = targetOf.get(delivery);
        return target === undefined || stopped ? [] : [enqueue(target, delivery, delivery.event, true)];
      }),
    pending: () => pending,
    settled: async () => {
      if (pending > 0 && !stopped) await new Promise<void>((resolve) => void waiting.push(resolve));
    },
    stop: () => {
      stopped = true;
      release();
    },
  });
}
