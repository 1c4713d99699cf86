import { MillraceError } from '@millrace/core';
import { toMillraceError } from '@millrace/core/plugin';
import { objectUri } from '../object-ref.ts';
import type { ObjectEvent } from './object-event.ts';
import { member, text } from './fields.ts';
import type { KeyDecoders } from './key-encodings.ts';
import { refWith } from './object-members.ts';

/*
 * What S3 Batch Operations sends, as far as it is used; schema 1.0 names the bucket by its ARN, 2.0 by its name:
 *
 *   { invocationSchemaVersion, invocationId, job: { id }, tasks: [{ taskId, s3Key, s3VersionId, s3BucketArn, s3Bucket }] }
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html
 */

/** One invocation by S3 Batch Operations. */
export interface S3BatchInvocation {
  readonly schemaVersion: string;
  readonly invocationId: string;
  readonly tasks: readonly S3BatchTask[];
}

/** One task, and the object that it names. */
export interface S3BatchTask {
  readonly taskId: string;
  readonly event: ObjectEvent;
}

/**
 * The tasks of an invocation, or `undefined` where the event is something else.
 *
 * @throws MillraceError `LAMBDA_EVENT_VERSION`
 */
export function readS3BatchJob(event: unknown, keys: KeyDecoders): S3BatchInvocation | undefined {
  const schemaVersion = text(member(event, 'invocationSchemaVersion'));
  const invocationId = text(member(event, 'invocationId'));
  const tasks = member(event, 'tasks');
  if (schemaVersion === undefined || invocationId === undefined) return undefined;
  if (!Array.isArray(tasks) || tasks.length === 0 || !tasks.every(isTask)) return undefined;
  checkVersion(schemaVersion);
  return { schemaVersion, invocationId, tasks: tasks.map((task) => readTask(task, keys.s3Batch)) };
}

/** The answer names each task by its id, so one without an id cannot be answered. */
function isTask(task: unknown): boolean {
  return text(member(task, 'taskId')) !== undefined;
}

function readTask(task: unknown, decodeKey: (encoded: string) => string): S3BatchTask {
  const taskId = text(member(task, 'taskId')) ?? '';
  const bucket = text(member(task, 's3Bucket')) ?? bucketOf(text(member(task, 's3BucketArn')));
  const key = text(member(task, 's3Key'));
  const eventName = 'BatchOperationsTask';
  const object = objectUri({ bucket: bucket ?? '', key: key ?? '' });
  if (bucket === undefined || key === undefined) {
    const message = 'A task of S3 Batch Operations needs s3Key, and s3BucketArn or s3Bucket.';
    const error = new MillraceError('LAMBDA_EVENT_UNKNOWN', message);
    return { taskId, event: { kind: 'unreadable', object, eventName, error } };
  }
  try {
    const versionId = member(task, 's3VersionId');
    const members = { versionId, etag: undefined, size: undefined, sequencer: undefined };
    return { taskId, event: { kind: 'object', ref: refWith(bucket, decodeKey(key), members), eventName } };
  } catch (thrown) {
    const error = toMillraceError(thrown, 'LAMBDA_KEY_INVALID');
    return { taskId, event: { kind: 'unreadable', object, eventName, error } };
  }
}

/** `arn:aws:s3:::name`; a directory bucket has region and account before `bucket/name`. Others are used as they are. */
function bucketOf(arn: string | undefined): string | undefined {
  return text(/^arn:[^:]+:s3[^:]*:[^:]*:[^:]*:(?:bucket\/)?([^:/]+)$/.exec(arn ?? '')?.[1]) ?? arn;
}

function checkVersion(version: string): void {
  if (/^[12]\./.test(version)) return;
  throw new MillraceError(
    'LAMBDA_EVENT_VERSION',
    `S3 Batch Operations calls with schema ${version}, but 1.0 and 2.0 are what this release understands. Choose one of ` +
      'them in the job, or look for a newer @millrace/lambda-adapter.',
    { details: { invocationSchemaVersion: version } },
  );
}
