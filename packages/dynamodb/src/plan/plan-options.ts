import { check, checkOptions } from '@millrace/core/plugin';
import type { PackEncoding } from '../pack/layout.ts';
import { DEFAULT_PRICES, type DynamodbPrices } from './prices.ts';

/** Records of a stretch: measured together or not at all. Packs of any size that is planned are whole in it. */
export const STRETCH = 100;

export interface PlanOptions {
  /** Share of the records that are sized and packed, in stretches of 100, evenly spread. All are read and transformed. @default 0.05 */
  readonly sample?: number;
  /** Pack sizes to compare, each a divisor of 100. @default [10, 50, 100] */
  readonly packs?: readonly number[];
  /** How these packs are compressed. @default 'deflate-raw' */
  readonly compress?: PackEncoding;
  /** What DynamoDB charges. @default `DEFAULT_PRICES`: us-east-1, on-demand */
  readonly prices?: DynamodbPrices;
  /** Write units a second that the table takes. @default 4000, as a new on-demand table does at once */
  readonly unitsPerSecond?: number;
  /** Objects read at once. @default 1 */
  readonly concurrency?: number;
  /** Stops the plan; what was read until then is in it. */
  readonly signal?: AbortSignal;
}

export type CheckedPlanOptions = Required<Omit<PlanOptions, 'signal'>>;

/** @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID` */
export function planOptions(options: PlanOptions): CheckedPlanOptions {
  const price = (value: unknown): string | undefined =>
    typeof value === 'object' && value !== null && 'millionWriteUnits' in value ? undefined : 'a list of prices';
  const divisors = (value: unknown): string | undefined =>
    Array.isArray(value) && value.every((size: unknown) => Number(size) > 1 && STRETCH % Number(size) === 0)
      ? undefined
      : `divisors of ${STRETCH} from 2 on`;
  checkOptions('plan', options, {
    sample: check.optional(check.numeric(0.0001, 1)),
    packs: check.optional(divisors),
    compress: check.optional(check.oneOf('deflate-raw', 'zstd', 'none')),
    prices: check.optional(price),
    unitsPerSecond: check.optional(check.numeric(1)),
    concurrency: check.optional(check.integer(1, 10_000)),
    signal: check.optional(check.object),
  });
  const { sample = 0.05, packs = [10, 50, 100], compress = 'deflate-raw', prices = DEFAULT_PRICES } = options;
  const { unitsPerSecond = 4000, concurrency = 1 } = options;
  return { sample, packs, compress, prices, unitsPerSecond, concurrency };
}
