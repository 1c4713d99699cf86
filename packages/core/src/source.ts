import type { Context, ItemContext } from './context.ts';
import type { Finding, ProbeContext } from './finding.ts';
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
  /**
   * Returns what a reference says about the identity of its object, without opening it, or `undefined` if it says too little.
   * With it, a run learns from its ledger that the object is `stale`, `duplicate` or `held` before it asks the service for
   * anything. It does no input or output and returns the same for the same reference.
   */
  readonly identify?: (ref: Ref) => ReferenceIdentity | undefined;
  /**
   * Returns a reference that opens the version of this origin, pinned as far as the source can; `undefined` if it cannot know one.
   * With it, a row or an entry of the ledger leads back to its object. It does no input or output. It is a `Ref`; the type does not
   * say so, because a feed of narrower references would not be one of wider ones then.
   */
  readonly refOf?: (origin: ItemOrigin) => unknown;
  /**
   * Whether its objects are usually without records now and then, such as one segment of a table. A feed then accepts them
   * unless it says otherwise. @default false
   */
  readonly mayBeEmpty?: boolean;
  /**
   * Makes a reference from text that a person typed, such as `s3://bucket/key`: what `describe` returns, and spellings that are
   * usual for the service. `undefined` if the text means nothing to this source. It does no input or output. It returns a `Ref`; the
   * type is wider, so that a feed can stand for one of any references.
   */
  readonly parseReference?: (text: string) => unknown;
  /** Looks at the place that a query of `list` names without changing it, for `check`. */
  readonly probe?: (query: never, context: ProbeContext) => Promise<readonly Finding[]>;
  /** Lists references, which are of type `Ref`. What the query has is the source's own; see its package. */
  readonly list?: (query: never) => AsyncIterable<unknown>;
  /** Releases what the source holds. Called by `feed.close`, at most once. */
  readonly close?: () => void | Promise<void>;
}

/**
 * What a reference says about the identity of its object. `origin.id` is what `open` gives for this reference; of the other
 * members there are those that the reference tells.
 */
export interface ReferenceIdentity extends IdentifiedObject {
  /**
   * Whether `open` can only give this id, or reject. If so, the item may be claimed before it is opened. If not, the object may
   * turn out to carry the origin of another one, as a landing copy does, or to have a version that the reference does not
   * name: a ledger's entry under this id then still says that this very content was carried, but the claim must wait for `open`.
   */
  readonly exact: boolean;
}

/**
 * A source that also opens items for reading by ranges, which a codec that `reads: 'ranges'` needs. For plugin authors.
 * Chunks are still what any other codec gets.
 */
export interface RangedSource<Ref, T> extends Source<Ref, T> {
  /**
   * Opens one reference as `open` does: pinned, with the same origin, rejecting with the same codes. The runner calls it in
   * place of `open` where the feed's first codec reads ranges.
   */
  readonly openRanges: (ref: Ref, context: Context) => Promise<RangedItem>;
}

/** Which version of which object something is. */
export interface IdentifiedObject {
  readonly origin: ItemOrigin;
  /** Orders versions of the same object, where the reference told it: hexadecimal, as an S3 event's `sequencer`. */
  readonly sequencer?: string;
  /** Version tag of the object that was opened, which is not that of the origin where a copy is read. */
  readonly versionTag?: string;
}

/** One opened object: the unit of acknowledgement, of audit and of retry. */
export interface OpenedItem extends IdentifiedObject {
  /** Releases what the item holds, however far it was read. Always called, once. */
  readonly close?: () => void | Promise<void>;
}

/** An opened object whose content comes in chunks. */
export interface SourceItem<T> extends OpenedItem {
  /**
   * The object's content in order. Called at most once. Each chunk belongs to the consumer, which may keep it but not
   * change it. The iteration rejects with a coded error where the content ends early, and ends within 100 ms of
   * `context.signal`.
   */
  readonly chunks: (context: ItemContext) => AsyncIterable<T>;
}

/** An opened object whose content is read by ranges, in any order. */
export interface RangedItem extends OpenedItem {
  /** Length of the content in bytes. */
  readonly size: number;
  /**
   * Resolves with the `length` bytes from `start` on, all of them; the caller may keep and change them. It rejects with a
   * coded error where they cannot be had or are not of the opened version any more, and within 100 ms of `context.signal`.
   * Several calls may be under way at once. The runner asks for nothing beyond `size`, and for at least one byte.
   */
  readonly read: (start: number, length: number, context: ItemContext) => Promise<Uint8Array>;
}
