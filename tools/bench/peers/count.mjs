import { createGunzip } from 'node:zlib';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** Counts the rows of CSV objects with a parser that is a stream, or takes chunks of text. Every row becomes an object. */
export function countWith(job, parse) {
  const client = new S3Client({ forcePathStyle: true });
  const count = async (Key) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: job.bucket, Key }));
    return parse(Body.pipe(createGunzip({ chunkSize: 65_536 })));
  };
  return {
    carry: async (keys) => {
      let records = 0;
      for (const key of keys) records += await count(key);
      return records;
    },
    close: () => client.destroy(),
  };
}

/** Sends the bytes through a transform that answers rows, and counts them. */
export async function rowsOf(bytes, transform) {
  let records = 0;
  bytes.on('error', (error) => transform.destroy(error)).pipe(transform);
  transform.on('data', () => {
    records += 1;
  });
  await new Promise((resolve, reject) => transform.on('end', resolve).on('error', reject));
  return records;
}
