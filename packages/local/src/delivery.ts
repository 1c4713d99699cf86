import type { S3Event } from './s3-event.ts';

/** Describes the delivery of one event to one handler. */
export interface Delivery {
  readonly bucket: string;
  /** Key, not encoded. */
  readonly key: string;
  readonly event: S3Event;
  /** `awsRequestId` of the invocation. */
  readonly requestId: string;
  /** True if the same event was delivered to this handler before. */
  readonly repeated: boolean;
  readonly status: 'pending' | 'succeeded' | 'failed';
  /** Number of times the handler was called. */
  readonly attempts: number;
  /** Errors that the handler threw, by attempt. */
  readonly errors: readonly unknown[];
  /** Result that the handler returned. */
  readonly result: unknown;
}
