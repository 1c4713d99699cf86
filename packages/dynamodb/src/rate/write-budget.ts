import { check, checkOptions } from '@millrace/core/plugin';
import { UnitBucket } from './unit-bucket.ts';

export interface WriteBudgetOptions {
  /** Write units a second, at least 1. */
  readonly unitsPerSecond: number;
}

const BUCKET: unique symbol = Symbol.for('@millrace/dynamodb/write-budget');

/** Write units that several sinks may use together; made by `writeBudget`. */
export interface WriteBudget extends WriteBudgetOptions {
  readonly [BUCKET]: UnitBucket;
}

/**
 * Makes a write budget, in write units per second, for the sinks of this process. All sinks that use the same budget stay
 * within it together, and leave the rest of the table's capacity to other programs. Each process has its own budget: divide
 * the total by the number of processes.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const budget = writeBudget({ unitsPerSecond: 500 });
 * const sinks = ['prices', 'orders'].map((table) => dynamodbSink({ table, maxWriteUnitsPerSecond: budget }));
 */
export function writeBudget(options: WriteBudgetOptions): WriteBudget {
  checkOptions('writeBudget', options, { unitsPerSecond: check.numeric(1) });
  const { unitsPerSecond } = options;
  return Object.freeze({ unitsPerSecond, [BUCKET]: new UnitBucket(unitsPerSecond) });
}

export function bucketOf(budget: WriteBudget): UnitBucket {
  return budget[BUCKET];
}

export function isWriteBudget(value: unknown): value is WriteBudget {
  return typeof value === 'object' && value !== null && BUCKET in value;
}
