import type { Probe } from './finding.ts';

/** What a stored text of a quarantine is about, for a store that can say so beside it. */
export interface QuarantineText {
  readonly feed: string;
  /** Where the object lies whose records the text is about. */
  readonly uri: string;
}

/**
 * A place for texts under keys, such as a bucket or a directory, in which `storedQuarantine` keeps rejections. For plugin
 * authors.
 *
 * Keys are made of letters, digits, `.`, `_`, `-` and `%`, with `/` between their parts; those of one feed have up to 300
 * characters more than its name.
 */
export interface QuarantineStore {
  /** The service's noun, such as `s3`. It names the stage in errors. */
  readonly name: string;
  /** Calls of `put` in flight at most, across all items of a run; each holds up to 8 MiB of text. @default 1 */
  readonly concurrency?: number;
  /** Stores a text durably, in place of one that is there; whole, or not at all. `signal` stops it. */
  readonly put: (key: string, text: string, about: QuarantineText, signal?: AbortSignal) => Promise<void>;
  /** Keys that begin with a prefix, in ascending order. The prefix ends with `/`, or amid the part after one. */
  readonly list: (prefix: string) => AsyncIterable<string>;
  /** The text under a key, and when it was put there, in milliseconds since the epoch. */
  readonly get: (key: string) => Promise<{ readonly text: string; readonly putAt: number }>;
  /**
   * Key of the text that lies at a place, such as `s3://bucket/prefix/key.gz`; `undefined` if the place is outside the store. It
   * is how a run finds out that its quarantine's own texts come back to it as objects.
   */
  readonly keyOf?: (uri: string) => string | undefined;
  /** Looks at the place without changing it; see `Sink.probe`. */
  readonly probe?: Probe;
  /** Releases what the store holds. */
  readonly close?: () => void | Promise<void>;
}
