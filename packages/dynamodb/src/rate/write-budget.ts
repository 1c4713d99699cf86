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
 * A share of a table's capacity for the sinks of this process: `dynamodbSink({ maxWriteUnitsPerSecond: budget })`. All sinks
 * that are given the same budget stay within it together; the rest of the capacity is left to others. Other processes have
 * budgets of their own: divide it by their number.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
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
