import type { MaybePromise, RecordContext, Sink } from '@millrace/core';

/** What a sink says of itself. What it does not support, no case asks for. */
export interface SinkSupports {
  /** It refuses single records: the cases have `refused`. */
  readonly refusals: boolean;
  /** It takes records in groups: `group` and `writeSingly`. */
  readonly groups: boolean;
  /** It takes the records of several items in one write: `mixesItems`. */
  readonly mixedItems: boolean;
  /** Several sinks, in other processes too, may write to one place: the bench has `another`. */
  readonly shared: boolean;
  /** It writes to a service that can be away: the bench has `interrupt` and `calls`. */
  readonly outages: boolean;
}

/** A sink with its own destination. Each case gets a new one. */
export interface SinkBench<T> {
  /** Its budget for retries should be a second or two, and its groups small, such as 4. */
  readonly sink: Sink<T>;
  /** The texts of all records that are stored, in any order, as often as they are there; read from the place itself. */
  readonly stored: () => Promise<readonly string[]>;
  /** Another sink that writes to the same place. The case closes it. */
  readonly another?: () => MaybePromise<Sink<T>>;
  /** Makes the service unavailable, also to calls in flight; returns a function that restores it. */
  readonly interrupt?: () => MaybePromise<() => MaybePromise<void>>;
  /** How often the service was called so far, failed calls included. */
  readonly calls?: () => number;
  /** Removes the place. The case closes the sink itself. */
  readonly close?: () => MaybePromise<void>;
}

/** A record that a sink refuses. */
export interface RefusedRecord<T> {
  /** Makes the record, for the place that it has in an item. */
  readonly record: (place: RecordContext) => MaybePromise<T>;
  /** The code of the refusal. */
  readonly code: string;
}

export interface SinkCasesOptions<T> {
  /** Makes a sink with a place of its own, with nothing in it; called for each case. */
  readonly create: () => MaybePromise<SinkBench<T>>;
  /**
   * Makes a record that carries a text, for the place that it has in an item: the same one each time. Where the key is part
   * of the record, as in `landingItem`, it must follow from item, ordinal and branch.
   */
  readonly record: (text: string, place: RecordContext) => MaybePromise<T>;
  /**
   * Makes a record that carries a text and has a natural key, as landing with a `key` makes it: with the generation of its
   * place, which is set. For a sink that can retire such rows. @default none: the sink can retire rows by their place only
   */
  readonly keyed?: (text: string, key: string, place: RecordContext) => MaybePromise<T>;
  /** What the sink says of itself; cases that need what it does not support are left out. */
  readonly supports: SinkSupports;
  /** A record that the sink refuses. */
  readonly refused?: RefusedRecord<T>;
}
