import { type Feed, isMillraceError, type ItemReport, type Ledger } from '@millrace/core';
import { ObjectsFailedError, toS3Handler } from '@millrace/lambda-adapter';

/** The reference of an object, as Lambda's events have it. */
export interface LargeRef {
  readonly bucket: string;
  readonly key: string;
}

/** One run with a deadline, in so many milliseconds. Returns the reports of the objects that it came to. */
export type RunOnce = (deadlineMs: number) => Promise<readonly ItemReport[]>;

/** How long writes in flight may go on, in milliseconds: long enough on a busy machine. */
const GRACE_MS = 5000;

/** Runs a feed on its own. */
export function runUntilDeadline(flow: Feed<LargeRef>, refs: readonly LargeRef[], ledger: Ledger): RunOnce {
  return async (deadlineMs) => {
    const deadline = Date.now() + deadlineMs;
    const { reports } = await flow.run(refs, { ledger, deadline, graceMs: GRACE_MS, onFailure: 'report' });
    return reports;
  };
}

/** Invokes the Lambda handler with all objects in one event, as Lambda does until the invocation succeeds. */
export function invokeUntilDeadline(flow: Feed<LargeRef>, refs: readonly LargeRef[], ledger: Ledger): RunOnce {
  const reserveMs = 2 * GRACE_MS;
  const handler = toS3Handler(flow, { ledger, concurrency: refs.length, reserveMs, log: () => {} });
  const event = { Records: refs.map(recordOf) };
  return async (deadlineMs) => {
    try {
      const context = { getRemainingTimeInMillis: () => deadlineMs + reserveMs };
      return reportsOf(await handler(structuredClone(event), context));
    } catch (error) {
      if (!(error instanceof ObjectsFailedError)) throw error;
      return reportsOf(error.report);
    }
  };
}

type Invocation = Awaited<ReturnType<ReturnType<typeof toS3Handler>>>;

/** An object that was not begun in time has no report, and counts for nothing. */
function reportsOf({ objects }: Invocation): readonly ItemReport[] {
  return objects.flatMap(({ report, outcome, object, error }) => {
    if (report !== undefined) return [report];
    if (outcome === 'aborted') return [];
    throw isMillraceError(error) ? error : new Error(`${object} is ${outcome}`);
  });
}

/** A record of an S3 event, as S3 sends it; only what names the object differs. */
function recordOf({ bucket, key }: LargeRef) {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'us-east-1',
    eventTime: '2026-01-01T00:00:00.000Z',
    eventName: 'ObjectCreated:Put',
    s3: {
      s3SchemaVersion: '1.0',
      bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
      object: { key, size: 1, eTag: 'd41d8cd98f00b204e9800998ecf8427e', sequencer: '0055AED6DCD90281E5' },
    },
  };
}
