import type { Context } from './context.ts';

/** Whose parts a key is for. */
export interface PartItem {
  /** Name of the feed; safe as the name of a folder. */
  readonly feed: string;
  /** 32 hexadecimal digits that follow from the feed's name and the item's id. */
  readonly digest: string;
}

/** Content of a part, to be written once. */
export interface PartContent {
  readonly contentType: string;
  /** Chunks of about 64 KiB. They are made as they are asked for, and reject with the signal's reason. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * A place for parts under keys, such as a bucket or a directory, that `partSink` makes a sink of. For plugin authors.
 *
 * A function that fails rejects with a coded error, which is `retryable` if the problem can pass. The store retries its
 * service by itself, inside a budget, and starts no attempt once `context.signal` has fired or `context.timeLeftMs()` is 0.
 */
export interface PartStore {
  /** The service's noun, such as `s3`. It names the sink. */
  readonly name: string;
  /** Returns the start of the keys of an item's parts in a partition, a path such as `day=1/`, or the empty text without one. */
  readonly partPrefix: (item: PartItem, partition: string) => string;
  /** Returns the start of the keys of an item's manifests, which no reader of the parts may take for a part. */
  readonly manifestPrefix: (item: PartItem) => string;
  /** Says why nothing can be stored under keys that begin so, such as `has more than 900 bytes`. @default any key will do */
  readonly prefixProblem?: (prefix: string) => string | undefined;
  /**
   * Stores content under a key, in place of what is there: whole or not at all, durably once it resolves. It resolves with the
   * size in bytes as stored.
   */
  readonly write: (key: string, content: PartContent, context: Context) => Promise<number>;
  /** Resolves with the text under a key, and with `undefined` if there is none. */
  readonly read: (key: string, context: Context) => Promise<string | undefined>;
  /** Removes what is under a key, if anything is. */
  readonly remove: (key: string, context: Context) => Promise<void>;
  /** Resolves with all keys that begin with a prefix. A key is listed once its `write` has resolved. */
  readonly list: (prefix: string, context: Context) => Promise<readonly string[]>;
  /** Releases what the store holds. */
  readonly close?: () => void | Promise<void>;
}
