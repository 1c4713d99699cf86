import { channel } from 'node:diagnostics_channel';
import { AdaptiveRate } from './adaptive-rate.ts';
import { UnitBucket } from './unit-bucket.ts';
import { bucketOf, type WriteBudget } from './write-budget.ts';

/** Share of a second's budget that one request may take, so that a small budget is used evenly. */
const SHARE_OF_A_REQUEST = 0.25;

/** How fast a sink sends: within its budget, and as fast as the table takes it. Shared by all requests of the sink. */
export interface WriteRate {
  /** Units that one request may take at most; an item that takes more goes alone. */
  readonly maxUnits: number;
  /** Resolves once the units may be sent; `undefined` if that is immediately. Rejects once the signal fires. */
  readonly enter: (units: number, signal: AbortSignal) => Promise<void> | undefined;
  /** The service has answered. `held` are units that it held back for want of the table's capacity. */
  readonly answered: (sent: number, consumed: number, held: number) => void;
}

/**
 * Changes of the rate are published on the diagnostics channel `millrace.dynamodb.rate`, as `{ table, perSecond, why }`: what to
 * look at when a table seems slow.
 */
export function createWriteRate(table: string, budget: WriteBudget | undefined): WriteRate {
  const changes = channel('millrace.dynamodb.rate');
  const shared = budget && bucketOf(budget);
  const adaptive = new AdaptiveRate(Number.POSITIVE_INFINITY, (change) => changes.publish({ table, ...change }));
  const own = new UnitBucket(Number.POSITIVE_INFINITY);
  const enter = (units: number, signal: AbortSignal): Promise<void> | undefined => {
    const waiting = shared?.take(units, signal);
    return waiting === undefined ? own.take(units, signal) : waiting.then(() => own.take(units, signal));
  };
  return {
    maxUnits: budget === undefined ? Number.POSITIVE_INFINITY : Math.max(1, budget.unitsPerSecond * SHARE_OF_A_REQUEST),
    enter,
    answered: (sent, consumed, held) => {
      shared?.correct(sent, consumed);
      // What was held back was asked for all the same: given back, it would be asked for again at once.
      own.correct(sent, consumed + held);
      const backedOff = held > 0 && adaptive.throttled(held);
      const grown = consumed > 0 && adaptive.took(consumed);
      if (backedOff || grown) own.setRate(adaptive.perSecond);
    },
  };
}
