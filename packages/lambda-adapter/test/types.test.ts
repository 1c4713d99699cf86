import type { Feed, ItemOrigin } from '@millrace/core';
import { expect, it } from 'vitest';
import {
  emfObserver,
  type ObjectRef,
  routes,
  toLandingHandler,
  toMapHandler,
  toS3BatchHandler,
  toS3Handler,
  toSqsHandler,
} from '../src/index.ts';
import { handMadeFeed } from './hand-made-feed.ts';
import { s3Event } from './s3-payload.ts';

/** The reference of `@millrace/s3`, written out: adapters do not import one another. */
interface S3Ref {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
  readonly etag?: string;
  readonly size?: number;
  readonly sequencer?: string;
}

/** The members that AWS documents for the context of Node.js functions, as `@types/aws-lambda` types them. */
interface AwsContext {
  callbackWaitsForEmptyEventLoop: boolean;
  functionName: string;
  functionVersion: string;
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  awsRequestId: string;
  logGroupName: string;
  logStreamName: string;
  getRemainingTimeInMillis(): number;
}

/** The answers that AWS documents, as `@types/aws-lambda` types them. */
interface AwsSqsBatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}
interface AwsS3BatchResult {
  invocationSchemaVersion: string;
  treatMissingKeysAs: 'Succeeded' | 'TemporaryFailure' | 'PermanentFailure';
  invocationId: string;
  results: {
    taskId: string;
    resultCode: 'Succeeded' | 'TemporaryFailure' | 'PermanentFailure';
    resultString: string;
  }[];
}

const feedOf = <Ref>(): Feed<Ref> => handMadeFeed('any') as unknown as Feed<Ref>;
const files = feedOf<{ readonly path: string }>();
const needsEtag = feedOf<{ readonly bucket: string; readonly key: string; readonly etag: string }>();
const numericKey = feedOf<{ readonly bucket: string; readonly key: number }>();

// Never called: what counts is whether it compiles.
export function compiles(context: AwsContext): readonly unknown[] {
  const handler: (event: { Records: unknown[] }, context: AwsContext) => Promise<unknown> =
    toS3Handler(feedOf<S3Ref>());
  const sqs: (event: { Records: unknown[] }, context: AwsContext) => Promise<AwsSqsBatchResponse | void> =
    toSqsHandler(feedOf<S3Ref>());
  const batch: (event: { tasks: unknown[] }, context: AwsContext) => Promise<AwsS3BatchResult | void> =
    toS3BatchHandler(feedOf<S3Ref>());
  return [
    handler({ Records: [] }, context),
    sqs({ Records: [] }, context),
    batch({ tasks: [] }, context),
    toMapHandler(feedOf<S3Ref>(), { bucket: 'b', onFailure: 'report' }),
    toS3Handler(feedOf<S3Ref>(), { observer: emfObserver() }),
    toS3Handler(feedOf<S3Ref>(), { observer: [emfObserver(), {}], keys: { notification: 'none' } }),
    routes([{ when: ({ size = 0 }) => size > 5, feed: feedOf<S3Ref>() }], { unmatched: 'ignore', fanOut: true }),
    toS3Handler(feedOf<ObjectRef>()),
    toS3Handler(feedOf<{ readonly bucket: string; readonly key: string }>()),
    toS3Handler(routes([{ bucket: 'b', feed: feedOf<S3Ref>() }], { unmatched: feedOf<S3Ref>() })),
    toLandingHandler((ref: S3Ref, options?: { readonly signal?: AbortSignal }) =>
      Promise.resolve({ outcome: 'copied', ref, origin: {} as ItemOrigin, aborted: options?.signal?.aborted }),
    ),
  ];
}

export function doesNotCompile(): void {
  // @ts-expect-error its references are paths
  toS3Handler(files);
  // @ts-expect-error an event need not tell an ETag
  toS3Handler(needsEtag);
  // @ts-expect-error its references are paths
  toSqsHandler(files);
  // @ts-expect-error its references are paths
  toS3BatchHandler(files);
  // @ts-expect-error its references are paths
  toMapHandler(files);
  // @ts-expect-error an option of another handler
  toSqsHandler(feedOf<S3Ref>(), { permanent: () => true });
  // @ts-expect-error there is no such encoding
  toSqsHandler(feedOf<S3Ref>(), { keys: { notification: 'url' } });
  // @ts-expect-error a predicate of other references
  routes([{ when: (ref: { readonly path: string }) => ref.path !== '', feed: feedOf<S3Ref>() }], { unmatched: 'fail' });
  // @ts-expect-error its keys are numbers
  toS3Handler(numericKey);
  // @ts-expect-error a list of routes is no route table
  toS3Handler([{ feed: feedOf<S3Ref>() }]);
  // @ts-expect-error the choice for what matches nothing is missing
  routes([{ feed: feedOf<S3Ref>() }]);
  // @ts-expect-error the choice for what matches nothing is missing
  routes([{ feed: feedOf<S3Ref>() }], {});
  // @ts-expect-error there is no such choice
  routes([{ feed: feedOf<S3Ref>() }], { unmatched: 'skip' });
  // @ts-expect-error a route needs a feed
  routes([{ bucket: 'b' }], { unmatched: 'fail' });
  // @ts-expect-error a route to a feed of other references
  routes([{ feed: files }], { unmatched: 'fail' });
  // @ts-expect-error unmatched objects to a feed of other references
  routes([{ feed: feedOf<S3Ref>() }], { unmatched: files });
  // @ts-expect-error the copy takes paths
  toLandingHandler((ref: { readonly path: string }) => Promise.reject(new Error(ref.path)));
  // @ts-expect-error the copy does not say what it did
  toLandingHandler(() => Promise.resolve());
  // @ts-expect-error the copy answers another outcome
  toLandingHandler((ref) => Promise.resolve({ outcome: 'done', ref, origin: {} as ItemOrigin }));
  // @ts-expect-error options of a run that the handler sets itself
  toS3Handler(feedOf<S3Ref>(), { deadline: 5 });
  // @ts-expect-error options of a run in the copy step, behind a queue
  toSqsHandler((ref) => Promise.resolve({ outcome: 'copied', ref, origin: {} as ItemOrigin }), { versions: 'all' });
  // @ts-expect-error options of a run in the copy step
  toLandingHandler((ref) => Promise.resolve({ outcome: 'copied', ref, origin: {} as ItemOrigin }), { quarantine: {} });
}

it('answers plain data that survives JSON', async () => {
  const report = await toS3Handler(handMadeFeed('prices'), { log: () => undefined })(s3Event({ key: 'k' }));
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});
