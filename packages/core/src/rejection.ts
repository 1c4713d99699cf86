import type { ItemOrigin } from './origin.ts';
import type { RecordPlace } from './rejected.ts';
import type { Sink } from './sink.ts';

/** A record that cannot be delivered, with all that is needed to look into it and to replay it. */
export interface Rejection extends RecordPlace {
  /**
   * `item` for the note that closes the rejections of an item that failed: they are kept, but the item is not done. It has
   * the failure's code and message, and branch `#item`. A replay passes it over: settle it once the item was carried to its
   * end. Absent for a record.
   */
  readonly scope?: 'item';
  readonly feed: string;
  readonly run: string;
  readonly item: ItemOrigin;
  readonly ordinal: number;
  readonly branch: string;
  /** The object's generation in which the record was read; see `RecordContext.generation`. */
  readonly generation?: number;
  /** Name of the stage that rejected it. */
  readonly stage: string;
  /** Stable code of the reason. */
  readonly code: string;
  readonly message: string;
  /** Machine-readable facts about the reason, such as the issues that a schema found. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** The record as it stood before the stage that rejected it; absent where it could not even be parsed. */
  readonly value?: unknown;
}

/** Which rejections to read back. */
export interface QuarantineQuery {
  readonly feed: string;
  /** Only those of the object at this place, such as `s3://bucket/key`. @default all objects of the feed */
  readonly uri?: string;
  /** Also those that were settled by a replay. @default false */
  readonly settled?: boolean;
}

/**
 * Where rejections are kept: a sink of them. One that fails, or refuses a rejection, fails the item.
 *
 * A quarantine that can also be read makes `replay` a line: `replay(feed, quarantine.rejections({ feed: 'prices' }), {
 * settled: quarantine.settle })`.
 */
export interface Quarantine extends Sink<Rejection> {
  /** The rejections that are kept, each once, those of an item together and by ordinal. */
  readonly rejections?: (query: QuarantineQuery) => AsyncIterable<Rejection>;
  /** Marks rejections as delivered by a replay. They stay; `rejections` leaves them out from then on. */
  readonly settle?: (rejections: readonly Rejection[]) => Promise<void>;
  /**
   * Whether the object at a place, such as `s3://bucket/key`, is one that this quarantine wrote. A run refuses such an object
   * with `QUARANTINE_LOOP`: processing it would reject its lines into the quarantine again, and each round would write the
   * object for the next one. The place is the source's description of a reference.
   */
  readonly holds?: (uri: string) => boolean;
}

/** A quarantine that can be read back and settled, as all of Millrace's own can. */
export interface ReadableQuarantine extends Quarantine {
  readonly rejections: (query: QuarantineQuery) => AsyncIterable<Rejection>;
  readonly settle: (rejections: readonly Rejection[]) => Promise<void>;
}
