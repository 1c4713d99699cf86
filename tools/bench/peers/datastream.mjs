import { createTransformStream, pipeline } from '@datastream/core';
import { gzipDecompressStream } from '@datastream/compress/gzip';
import { awsDynamoDBPutItemStream, awsDynamoDBSetClient } from '@datastream/aws/dynamodb';
import { awsS3GetObjectStream } from '@datastream/aws/s3';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { v5 } from 'uuid';

const NAMESPACE = 'b0759858-e76b-5bf2-83cd-2b119a052fbf';

/**
 * @datastream/*, as its documentation combines it. Its packages for JSON are not on npm in a version that fits its core, so
 * two transforms of its core split lines and parse them.
 */
export function open(job) {
  const client = new S3Client({ forcePathStyle: true });
  awsDynamoDBSetClient(new DynamoDBClient({}));
  const load = async (key) => {
    const object = { Bucket: job.bucket, Key: key };
    const { ETag, LastModified } = await client.send(new HeadObjectCommand(object));
    const source = `s3://${job.bucket}/${key}`;
    const namespace = v5(`item:${source}?etag=${ETag.replaceAll('"', '')}`, NAMESPACE);
    const source_version = namespace.replaceAll('-', '');
    const upload_date = LastModified.toISOString();
    const decoder = new TextDecoder();
    let rest = '';
    let ordinal = 0;
    const lines = (chunk, enqueue) => {
      const split = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = split.pop();
      for (const line of split) enqueue(line);
    };
    const item = (line, enqueue) => {
      const uuid = v5(String(ordinal), namespace);
      const record = JSON.parse(line);
      enqueue(marshall({ uuid, upload_date, feed: job.feed, source, source_version, ordinal, record }));
      ordinal += 1;
    };
    await pipeline([
      await awsS3GetObjectStream({ client, ...object }),
      gzipDecompressStream(),
      createTransformStream(lines),
      createTransformStream(item),
      awsDynamoDBPutItemStream({ TableName: job.table }),
    ]);
    return ordinal;
  };
  return {
    carry: async (keys) => {
      let count = 0;
      for (const key of keys) count += await load(key);
      return count;
    },
    close: () => client.destroy(),
  };
}
