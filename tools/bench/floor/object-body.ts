import type { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** An opened object. */
export interface OpenObject {
  readonly body: Readable;
  readonly etag: string;
  /** As ISO-8601. */
  readonly lastModified: string;
}

export interface ObjectReader {
  readonly open: (key: string) => Promise<OpenObject>;
  readonly close: () => void;
}

/** Reads objects through the SDK, with its middleware resolved once and no logger. */
export function sdkReader(bucket: string): ObjectReader {
  const client = new S3Client({ forcePathStyle: true, cacheMiddleware: true });
  client.middlewareStack.remove('loggerMiddleware');
  return {
    open: async (Key) => {
      const { Body, ETag, LastModified } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return { body: Body as Readable, etag: ETag!, lastModified: LastModified!.toISOString() };
    },
    close: () => client.destroy(),
  };
}
