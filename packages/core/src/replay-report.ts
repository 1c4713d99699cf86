import type { MillraceError } from './millrace-error.ts';
import type { Rejection } from './rejection.ts';

/** What a replay did: `tried = delivered + dropped + rejected + superseded + unsettled`. */
export interface ReplayReport {
  readonly feed: string;
  readonly run: string;
  /** Rejections that were replayed. */
  readonly tried: number;
  /** Those whose records the sink has taken. */
  readonly delivered: number;
  /** Those left out on purpose. */
  readonly dropped: number;
  /** Those that were rejected again. */
  readonly rejected: number;
  /** Those of a version that another one has followed, whose rows it must not touch. They stay as they are. */
  readonly superseded: number;
  /** Those whose fate is unknown, because a write failed or the replay was stopped. */
  readonly unsettled: number;
  /** Records written: more than `delivered` where records fan out. */
  readonly written: number;
  /** The first 1,000 that were rejected again, each with its new reason. */
  readonly again: readonly Rejection[];
  /** What ended the replay early. */
  readonly error?: MillraceError;
}
