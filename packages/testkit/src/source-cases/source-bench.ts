import type { MaybePromise, Source } from '@millrace/core';
import type { Cuttable } from '../cut.ts';

/** What a source says of itself. What it does not support, no case asks for. */
export interface SourceSupports {
  /** A reference names one version of its object, so that `open` can tell that it was overwritten. */
  readonly pinned: boolean;
  /** References can be listed: the bench has `list`. */
  readonly listing: boolean;
  /** Its content comes from something that can break off and stall: the bench has `cutShort` and `stall`. */
  readonly breaks: boolean;
  /** It holds something while an item is open, such as a connection: the bench has `held`. */
  readonly holds: boolean;
  /** Its items can be read by ranges: the source has `openRanges`. @default false */
  readonly ranges?: boolean;
}

/** A source with its own location, and functions that interrupt it. Each case gets a new one. */
export interface SourceBench<Ref, T extends Cuttable> {
  readonly source: Source<Ref, T>;
  /** Stores an object, replacing one of the same name, and returns a reference like those of listings and events. */
  readonly put: (name: string, content: Uint8Array) => MaybePromise<Ref>;
  /** A reference to an object that is not there. */
  readonly missing: MaybePromise<Ref>;
  /** The reference, spelt in another way that means the same object. @default there is one way only */
  readonly respell?: (ref: Ref) => Ref;
  /** References to all objects of the place. */
  readonly list?: () => Iterable<Ref> | AsyncIterable<Ref>;
  /** Makes the next read of the object break off after the given number of bytes, once. */
  readonly cutShort?: (ref: Ref, afterBytes: number) => MaybePromise<void>;
  /** Makes the next read of the object stall after the given number of bytes. */
  readonly stall?: (ref: Ref, afterBytes: number) => MaybePromise<void>;
  /** How many connections, handles and the like the source holds now. */
  readonly held?: () => MaybePromise<number>;
  /** Removes the place. The case closes the source itself. */
  readonly close?: () => MaybePromise<void>;
}

export interface SourceCase {
  readonly name: string;
  readonly clause: string;
  /** The capabilities without which the case does not apply. */
  readonly needs?: keyof SourceSupports | readonly (keyof SourceSupports)[];
  readonly check: <Ref, T extends Cuttable>(bench: SourceBench<Ref, T>) => Promise<void>;
}
