import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { Landed } from './unload-feed.ts';

/** An object of an unload. */
export interface UnloadedPart {
  readonly key: string;
  /** Changes with its bytes. */
  readonly etag: string;
  readonly bytes: number;
  readonly records: readonly Landed[];
}

/** Reads the objects below a prefix back, as a warehouse does: manifests are none of its matter. */
export async function unloadedParts(s3: S3Client, bucket: string, prefix: string): Promise<readonly UnloadedPart[]> {
  const parts: UnloadedPart[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key: key = '', ETag: etag = '', Size: bytes = 0 } of Contents) {
      if (!key.endsWith('.ndjson.gz')) continue;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const lines = gunzipSync(await Body!.transformToByteArray())
        .toString()
        .split('\n')
        .slice(0, -1);
      parts.push({ key, etag, bytes, records: lines.map((line) => JSON.parse(line) as Landed) });
    }
  }
  return parts;
}
