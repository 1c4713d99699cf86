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
  /** A short text for a reference, for logs and errors before the item is open, such as `s3://bucket/key`. */
  readonly describe: (ref: Ref) => string;
  /**
   * Opens one reference, pinned to one version of the object. The runner calls it once per reference and consumes the
   * result exactly once. It rejects with a coded error where the object is missing, denied or changed.
   */
  readonly open: (ref: Ref, context: Context) => Promise<SourceItem<T>>;
  /** Releases what the source holds. Called by `feed.close`, at most once. */
  readonly close?: () => void | Promise<void>;
}

/** One opened object: the unit of acknowledgement, of audit and of retry. */
export interface SourceItem<T> {
  readonly origin: ItemOrigin;
  /** Orders versions of the same object, where the reference told it: an S3 event's `sequencer`. */
  readonly sequencer?: string;
  /**
   * The object's content in order. Called at most once. Each chunk belongs to the consumer, which may keep it but not
   * change it. The iteration rejects with a coded error where the content ends early, and ends within 100 ms of
   * `context.signal`.
   */
  readonly chunks: (context: ItemContext) => AsyncIterable<T>;
  /** Releases the object when its chunks will not be consumed (to the end). Always called, also after the last chunk. */
  readonly close?: () => void | Promise<void>;
}
