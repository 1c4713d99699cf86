import type { ItemOrigin } from './origin.ts';
import type { RecordPlace } from './rejected.ts';
import type { Sink } from './sink.ts';

/** A record that cannot be delivered, with all that is needed to look into it and to replay it. */
export interface Rejection extends RecordPlace {
  readonly feed: string;
  readonly run: string;
  readonly item: ItemOrigin;
  readonly ordinal: number;
  readonly branch: string;
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

/** Where rejections are kept: a sink of them. A quarantine that fails, or refuses one, fails the item. */
export type Quarantine = Sink<Rejection>;
