import type { Context, ItemContext } from './context.ts';
import type { ItemOrigin } from './origin.ts';

/**
 * Opens references as items. For plugin authors; users pass a source to `feed(name).from(…)`.
 *
 * @typeParam Ref where an object is, such as `{ bucket, key }`
 * @typeParam T what a chunk is: `Uint8Array` for bytes
 */
export interface Source<Ref, T> {
  /** The service's noun, such as `s3`. It names the stage in errors and reports. */
  readonly name: string;
  /** Where a reference points, as text: `s3://bucket/key`. It names the object in logs, errors and the ledger, so it must be
   * the same for every version of the object, and be `origin.readFrom ?? origin.uri` once the item is open. */
  readonly describe: (ref: Ref) => string;
  /**
   * Opens one reference, pinned to one version of the object. The runner calls it once per reference and consumes the
   * result exactly once. It rejects with a coded error where the object is missing, denied or changed.
   */
  readonly open: (ref: Ref, context: Context) => Promise<SourceItem<T>>;
  /**
   * The version tag that a reference names, such as the ETag of a listing; comparable with `SourceItem.versionTag`. With it,
   * `reconcile` can tell that an object has changed since it was carried.
   */
  readonly versionTag?: (ref: Ref) => string | undefined;
  /** Releases what the source holds. Called by `feed.close`, at most once. */
  readonly close?: () => void | Promise<void>;
}

/** One opened object: the unit of acknowledgement, of audit and of retry. */
export interface SourceItem<T> {
  readonly origin: ItemOrigin;
  /** Orders versions of the same object, where the reference told it: hexadecimal, as an S3 event's `sequencer`. */
  readonly sequencer?: string;
  /** Version tag of the object that was opened, which is not that of the origin where a copy is read. */
  readonly versionTag?: string;
  /**
   * The object's content in order. Called at most once. Each chunk belongs to the consumer, which may keep it but not
   * change it. The iteration rejects with a coded error where the content ends early, and ends within 100 ms of
   * `context.signal`.
   */
  readonly chunks: (context: ItemContext) => AsyncIterable<T>;
  /** Releases the object when its chunks will not be consumed (to the end). Always called, also after the last chunk. */
  readonly close?: () => void | Promise<void>;
}
