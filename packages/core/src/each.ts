import type { LandingKeys } from './landing/landing-keys.ts';
import type { Drop } from './drop.ts';
import type { Many } from './many.ts';
import type { RecordContext } from './record-context.ts';

export type MaybePromise<T> = T | Promise<T>;

/**
 * A stateless transform of single records. For plugin authors; users mostly write `map`, `filter` and `flatMap`.
 *
 * `apply` is called once per record, in order; a returned promise is awaited before the next record, so an each that
 * calls a service should be rare. Returning an array is one record that is an array: fanning out is `many([…])`. A throw
 * rejects this record, with the error's code where it is a `MillraceError`, and the run goes on.
 */
export interface Each<I, O> {
  readonly kind: 'each';
  /** The verb that users write, such as `validate`. It names the stage in errors and reports. */
  readonly name: string;
  /**
   * Text that differs if this transform may turn the same input into other records, such as `signatureOf(options)`. If it
   * differs from the one that a ledger stored, an unfinished object starts over at record 0. @default its name only
   */
  readonly signature?: string;
  /**
   * Says that every output has a key of its own, because the key derives from the record's origin. If the last transform of
   * a feed says so, the runner does not compare keys. @default false
   */
  readonly uniqueKeys?: boolean;
  /**
   * Says how the keys of its outputs are made, so that the rows of a version can be found again without its records. Only
   * landing says so, and only as the feed's last transform it counts.
   */
  readonly landing?: LandingKeys;
  readonly apply: (value: I, record: RecordContext) => MaybePromise<O | Drop | Many<O>>;
}
