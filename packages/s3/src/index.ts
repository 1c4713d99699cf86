export { copyToLanding, type CopyToLandingOptions, type LandingCopy, type LandingResult } from './copy-to-landing.ts';
export type { LandingKey, LandingKeyParts } from './landing-key.ts';
export type { S3Place } from './landing-loop.ts';
export type { S3ListQuery } from './list-objects.ts';
export { probeBucket } from './probe-bucket.ts';
export { s3Quarantine, type S3QuarantineOptions } from './s3-quarantine.ts';
export type { S3Ref } from './s3-ref.ts';
export { s3Sink, type S3SinkOptions } from './s3-sink.ts';
export { type S3Ranges, s3Source, type S3Source, type S3SourceOptions } from './s3-source.ts';
