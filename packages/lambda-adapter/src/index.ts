export type { S3BatchResponse, S3BatchResultCode } from './carriers/s3-batch.ts';
export type { SqsBatchResponse } from './carriers/sqs.ts';
export type { ContinueWith } from './continue-with.ts';
export { emfObserver, type EmfObserverOptions } from './emf-observer.ts';
export type { ObjectEvent, ObjectArrived, OtherEvent, TestEvent, Unreadable } from './events/object-event.ts';
export type { KeyEncoding, KeyEncodings } from './events/key-encodings.ts';
export { readEvent, type ReadEventOptions } from './events/read-event.ts';
export type { SqsMessage } from './events/sqs-batch.ts';
export type { FeedHandlerOptions } from './feed-handler-options.ts';
export type { HandlerOptions } from './handler-options.ts';
export type { Log } from './invocation/log-line.ts';
export type { LambdaContext } from './lambda-context.ts';
export type { LandingCopy, LandingResult } from './landing-copy.ts';
export type { MapFailure, MapSummary } from './map-summary.ts';
export type { ObjectRef } from './object-ref.ts';
export type { InvocationReport, ObjectOutcome, ObjectResult } from './object-result.ts';
export { ObjectsFailedError } from './objects-failed-error.ts';
export { type Route, routes, type RoutesOptions, type RouteTable } from './routes.ts';
export type { VisibilityOptions } from './sqs/keep-invisible.ts';
export { toLandingHandler } from './to-landing-handler.ts';
export { type MapHandler, type MapHandlerOptions, toMapHandler } from './to-map-handler.ts';
export { type S3BatchHandler, type S3BatchHandlerOptions, toS3BatchHandler } from './to-s3-batch-handler.ts';
export type { S3Handler } from './s3-handler.ts';
export { type S3HandlerOptions, toS3Handler } from './to-s3-handler.ts';
export {
  type SqsHandler,
  type SqsHandlerOptions,
  type SqsLandingOptions,
  type SqsOptions,
  toSqsHandler,
} from './to-sqs-handler.ts';
