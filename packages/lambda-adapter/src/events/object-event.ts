import type { MillraceError } from '@millrace/core';
import type { ObjectRef } from '../object-ref.ts';

/** What one record of an event tells, whatever carried it. Every reader of an event shape answers a list of these. */
export type ObjectEvent = ObjectArrived | OtherEvent | TestEvent | Unreadable;

/** An object was written. */
export interface ObjectArrived {
  readonly kind: 'object';
  readonly ref: ObjectRef;
  /** Such as `ObjectCreated:Put`, or what carried the reference: `Reference`, `BatchOperationsTask`, `MapItem`. */
  readonly eventName: string;
}

/** Something else happened to an object: it was removed, tagged, restored. */
export interface OtherEvent {
  readonly kind: 'other';
  /** `s3://bucket/key`. */
  readonly object: string;
  readonly eventName: string;
}

/** S3 sends one `s3:TestEvent` when a notification is configured, to prove that the destination works. */
export interface TestEvent {
  readonly kind: 'test';
  /** `s3://bucket`. */
  readonly object: string;
  readonly eventName: string;
}

/** A record that cannot be understood. It fails alone. */
export interface Unreadable {
  readonly kind: 'unreadable';
  /** `s3://bucket/key` as far as it is known, or the message: `sqs://id`, `sns://id`. */
  readonly object: string;
  readonly eventName?: string;
  readonly error: MillraceError;
}
