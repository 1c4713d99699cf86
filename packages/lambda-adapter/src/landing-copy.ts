import type { ItemOrigin } from '@millrace/core';
import type { ObjectRef } from './object-ref.ts';

/** What a copy to the landing bucket did. */
export interface LandingResult {
  /** `exists` where an earlier invocation had made the same copy. */
  readonly outcome: 'copied' | 'exists';
  /** Where the copy is. */
  readonly ref: ObjectRef;
  /** The object as it was first delivered; the copy carries this along. */
  readonly origin: ItemOrigin;
}

/**
 * Copies one object to the landing bucket: what `copyToLanding(…)` of `@millrace/s3` makes. Copying twice must be the same
 * as copying once, since S3 may send an event twice.
 *
 * The signal fires when the invocation's time is running out. A throw fails the object.
 */
export type LandingCopy = (ref: ObjectRef, options: { readonly signal: AbortSignal }) => Promise<LandingResult>;
