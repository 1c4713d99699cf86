import type { MillraceError } from '@millrace/core';
import { readS3BatchJob } from '../events/s3-batch-job.ts';
import type { ObjectResult } from '../object-result.ts';
import { isFailure } from '../objects-failed-error.ts';
import { resultString } from '../s3-batch/result-string.ts';
import type { Carrier, Delivery } from './carrier.ts';

export type S3BatchResultCode = 'Succeeded' | 'TemporaryFailure' | 'PermanentFailure';

/** The response to S3 Batch Operations: it names the invocation and each task as the request did. */
export interface S3BatchResponse {
  readonly invocationSchemaVersion: string;
  /** How S3 treats a task that the response leaves out. No task is left out. */
  readonly treatMissingKeysAs: S3BatchResultCode;
  readonly invocationId: string;
  // Not readonly inside: the types that AWS publishes for handlers are not.
  readonly results: { taskId: string; resultCode: S3BatchResultCode; resultString: string }[];
}

interface S3BatchDelivery extends Delivery {
  readonly schemaVersion: string;
  readonly invocationId: string;
  readonly taskIds: readonly string[];
}

/** A job of S3 Batch Operations. Each task has a result of its own, also if all fail. */
export function s3BatchCarrier(
  permanent: (error: MillraceError) => boolean = isPermanent,
): Carrier<S3BatchDelivery, S3BatchResponse> {
  return {
    handler: 'toS3BatchHandler',
    takes: 'tasks of S3 Batch Operations',
    read: (event, keys) => {
      const job = readS3BatchJob(event, keys);
      if (job === undefined) return undefined;
      const { schemaVersion, invocationId } = job;
      return {
        schemaVersion,
        invocationId,
        taskIds: job.tasks.map(({ taskId }) => taskId),
        tasks: job.tasks.map(({ taskId, event: named }) => ({ event: named, carrier: { taskId } })),
      };
    },
    passesOnUntouched: false,
    respond: ({ schemaVersion, invocationId, taskIds }, results) => ({
      invocationSchemaVersion: schemaVersion,
      treatMissingKeysAs: 'TemporaryFailure',
      invocationId,
      results: taskIds.map((taskId, index) => ({
        taskId,
        resultCode: resultCode(results[index]!, permanent),
        resultString: resultString(results[index]!),
      })),
    }),
  };
}

function resultCode(results: readonly ObjectResult[], permanent: (error: MillraceError) => boolean): S3BatchResultCode {
  const failures = results.filter(isFailure);
  if (failures.length === 0) return 'Succeeded';
  const hopeless = failures.every(({ outcome, error }) => outcome === 'failed' && error && permanent(error));
  return hopeless ? 'PermanentFailure' : 'TemporaryFailure';
}

/** Errors that another attempt meets again. A code too few costs S3 useless attempts; a code too many gives up on objects. */
const PERMANENT: ReadonlySet<string> = new Set([
  'LAMBDA_EVENT_UNKNOWN',
  'LAMBDA_KEY_INVALID',
  'LAMBDA_ROUTE_MISSING',
  'LAMBDA_ROUTES_OVERLAP',
  'TOO_MANY_REJECTIONS',
  'ALL_RECORDS_REJECTED',
]);

function isPermanent({ code, retryable }: MillraceError): boolean {
  return !retryable && PERMANENT.has(code);
}
