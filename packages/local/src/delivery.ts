import type { S3Event } from './s3-event.ts';

/** One event on its way to one handler. */
export interface Delivery {
  readonly bucket: string;
  /** The key as it is, not encoded. */
  readonly key: string;
  readonly event: S3Event;
  /** `awsRequestId` of the invocation. */
  readonly requestId: string;
  /** True where the same event had been delivered to this handler before. */
  readonly repeated: boolean;
  readonly status: 'pending' | 'succeeded' | 'failed';
  /** Times that the handler was called. */
  readonly attempts: number;
  /** What the handler threw, by attempt. */
  readonly errors: readonly unknown[];
  /** What the handler answered. */
  readonly result: unknown;
}
