import { feed, map, replay, type ReplayReport, type RunReport } from '@millrace/core';
import { dynamodbSink, landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { fileQuarantine } from '@millrace/file';
import { parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { type S3Handler, toS3Handler } from '@millrace/lambda-adapter';
import { type LocalAws, startLocalAws } from '@millrace/local';
import { s3Source } from '@millrace/s3';

// What a user writes, compiled against the declarations of the tarballs. It is not run.

interface Price {
  readonly app: string;
  readonly price: string;
}

const prices = feed('prices')
  .from(s3Source())
  .through(gunzip())
  .through(decodeText('windows-1252'))
  .through(parseNdjson<Price>())
  .through(map(({ app, price }) => ({ app, cents: BigInt(price.replace('.', '')) })))
  .through(landingItem())
  .to(dynamodbSink({ table: 'landing' }));

export const handler: S3Handler = toS3Handler(prices);
export const backlog = (bucket: string): Promise<RunReport> => prices.run(s3Source().list({ bucket }));
const quarantine = fileQuarantine({ directory: 'quarantine' });
export const again = (): Promise<ReplayReport> =>
  replay(prices, quarantine.rejections({ feed: 'prices' }), { settled: quarantine.settle });
export const rehearsal = (): Promise<LocalAws> => startLocalAws();

// @ts-expect-error gunzip takes bytes, and this is text
feed('wrong').from(s3Source()).through(decodeText('utf-8')).through(gunzip());
