import type { LedgerEntry } from './ledger-entry.ts';
import type { ListedEntry } from './listed-entry.ts';

/** What a stored record was last written by; a new one for every write. It makes a write conditional on what was read. */
export interface Stamped {
  readonly stamp: string;
}

/** The entry of one version, as a store keeps it. */
export interface VersionRecord extends LedgerEntry, Stamped {}

/**
 * What a store keeps about an object as a whole: who may process a version of it under `newest`, and how far its versions
 * have come.
 */
export interface HeadRecord extends Stamped {
  readonly feed: string;
  readonly object: string;
  /** Who holds, or last held, the object. */
  readonly claimId?: string;
  /** When that claim runs out, in milliseconds since the epoch; 0 once it was given back. */
  readonly leaseUntil: number;
  /** The highest sequencer that was granted. */
  readonly sequencer?: string;
  /** The latest `lastModified` of a version that was granted. It orders versions of which one has no sequencer. */
  readonly lastModified?: string;
  /** The version that was granted last came without a sequencer, so that of the head belongs to one before it. */
  readonly unsequenced?: boolean;
  /** Counts the times that another version was granted than the one before. */
  readonly generation: number;
  /** Versions were granted under `all`, whose claims the head does not show. */
  readonly mixed?: boolean;
  /** When the head was last written, as ISO-8601 in UTC. */
  readonly updatedAt: string;
}

/** Names the records that a claim concerns. */
export interface LedgerAddress {
  readonly feed: string;
  readonly object: string;
  /** `origin.id` of the version. */
  readonly version: string;
}

/** What a ledger knows when it decides. */
export interface Known {
  readonly head?: HeadRecord | undefined;
  readonly version?: VersionRecord | undefined;
}

/**
 * A place that keeps a ledger's records and decides nothing; `storedLedger` makes a ledger of it. For plugin authors.
 *
 * Both writes are compare-and-set: they take effect only if the record in place has the stamp `seen`, or is absent if
 * `seen` is `undefined`, and resolve with whether the given record is in place. If the answer to a write was lost, the store
 * reads the record back: it is in place if it has the given record's stamp. Errors are coded, and `retryable` if they can
 * pass.
 *
 * @example
 * const store: LedgerStore = {
 *   name: 'map',
 *   read: async (at) => ({ head: heads.get(headKey(at)), version: versions.get(versionKey(at)) }),
 *   writeHead: async (at, head, seen) => heads.get(headKey(at))?.stamp === seen && !!heads.set(headKey(at), head),
 *   // …
 * };
 */
export interface LedgerStore {
  /** The service's noun, such as `dynamodb`; it names the stage in errors. */
  readonly name: string;
  /** Reads both records as they were last written, never an older state. */
  readonly read: (at: LedgerAddress) => Promise<Known>;
  readonly writeHead: (at: LedgerAddress, head: HeadRecord, seen: string | undefined) => Promise<boolean>;
  readonly writeVersion: (at: LedgerAddress, version: VersionRecord, seen: string | undefined) => Promise<boolean>;
  /** Reads all versions of an object, as they were last written. */
  readonly versions: (feed: string, object: string) => Promise<readonly VersionRecord[]>;
  /**
   * Reads the versions of a feed that were first claimed in a period, without reading the others: those of earlier days in UTC first.
   * What it returns beyond the period is left out, so it may read whole days. A store that has it makes a ledger that can be
   * listed; `listedEntry` makes what it returns.
   */
  readonly list?: (period: ListedPeriod) => AsyncIterable<ListedEntry>;
}

/** The period that a store is to list. */
export interface ListedPeriod {
  readonly feed: string;
  /** The first instant that belongs to it, as ISO-8601 in UTC with milliseconds; such texts compare as the times do. */
  readonly from: string;
  /** The first instant that no longer does, likewise. */
  readonly until: string;
  readonly signal?: AbortSignal;
}
