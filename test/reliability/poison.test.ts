import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  feed,
  type Feed,
  map,
  type Parser,
  type ReadableQuarantine,
  type Rejection,
  replay,
  type StandardSchema,
  validate,
} from '@millrace/core';
import { createLandingTable, dynamodbSink } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseCsv, parseNdjson } from '@millrace/formats';
import { s3Quarantine, type S3Ref, s3Source } from '@millrace/s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stage, startStage } from '../../tools/reliability/stage.ts';

interface Offer {
  readonly sku: string;
  readonly price: number;
  readonly text?: string;
}

/** A price is a number; once mended, also `n/a`, which means 0. */
function offers(mended: boolean): StandardSchema<Offer> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        const offer = value as Omit<Offer, 'price'> & { readonly price: unknown };
        const price = mended && offer.price === 'n/a' ? 0 : Number(offer.price);
        if (Number.isNaN(price)) return { issues: [{ message: 'not a number', path: ['price'] }] };
        return { value: { ...offer, price } };
      },
    },
  };
}

/** What a mended feed does about records that DynamoDB cannot take. */
const fitting = ({ sku, price, text }: Offer): Offer => ({
  sku: sku === '' ? 'no-sku' : sku,
  price,
  ...(text !== undefined && { text: text.slice(0, 100) }),
});

const OVERSIZE = JSON.stringify({ sku: 'huge', price: 4, text: 'x'.repeat(410_000) });

describe('bad records among good ones', () => {
  let stage: Stage;
  let quarantine: ReadableQuarantine;
  beforeAll(async () => {
    stage = await startStage();
    quarantine = s3Quarantine({ bucket: stage.bucket, client: stage.s3 });
  });
  afterAll(() => stage.stop());

  const table = async (name: string): Promise<string> => {
    await createLandingTable({ table: name, partitionKey: 'sku', client: stage.dynamodb });
    return name;
  };
  const put = async (key: string, body: string | Buffer): Promise<S3Ref> => {
    const etag = await stage.put(key, Buffer.from(body));
    return { bucket: stage.bucket, key, etag };
  };
  const start = (name: string) => feed(name).from(s3Source({ client: stage.s3 }));
  const sink = (name: string) => dynamodbSink({ table: name, client: stage.dynamodb, partitionKey: 'sku' });
  const flow = (name: string, codec: Parser<string, unknown>, mended = false): Feed<S3Ref> =>
    start(name)
      .through(decodeText('utf-8'))
      .through(codec)
      .through(validate(offers(mended)))
      .through(map((offer) => (mended ? fitting(offer) : offer)))
      .to(sink(name));
  const rejections = async (name: string): Promise<Rejection[]> => {
    const found: Rejection[] = [];
    for await (const rejection of quarantine.rejections({ feed: name })) found.push(rejection);
    return found;
  };
  const prices = async (name: string): Promise<Record<string, string | undefined>> => {
    const { Items = [] } = await stage.dynamodb.send(new ScanCommand({ TableName: name, ConsistentRead: true }));
    const priced = ({ sku, price }: Record<string, AttributeValue>) => [sku?.S ?? '', price?.N] as const;
    return Object.fromEntries(Items.map(priced).sort(([left], [right]) => (left < right ? -1 : 1)));
  };

  it('are in quarantine with reason and raw text, and land once the feed is mended', async () => {
    const name = await table('poison-ndjson');
    const lines = [
      '{"sku":"a","price":1}',
      '{"sku":"b","price":2',
      '{"sku":"c","price":"n/a"}',
      OVERSIZE,
      '{"sku":"","price":5}',
      '{"sku":"f","price":6}',
    ];
    const ref = await put('poison.ndjson', lines.join('\n'));
    const maxRejections = { share: 1 };
    const { totals } = await flow(name, parseNdjson()).run([ref], { quarantine, maxRejections });
    expect(totals).toMatchObject({ read: 6, written: 2, rejected: 4, unsettled: 0 });
    expect(await prices(name)).toEqual({ a: '1', f: '6' });

    const kept = await rejections(name);
    expect(
      kept.map(({ ordinal, code, stage: by, raw, line }) => [ordinal, code, by, raw === lines[ordinal], line]),
    ).toEqual([
      [1, 'NDJSON_INVALID', 'parseNdjson', true, 2],
      [2, 'SCHEMA_VIOLATION', 'validate', true, 3],
      [3, 'DYNAMODB_ITEM_TOO_LARGE', 'dynamodb', true, 4],
      [4, 'DYNAMODB_KEY_EMPTY', 'dynamodb', true, 5],
    ]);
    expect(kept.map(({ message }) => message.length > 0)).toEqual([true, true, true, true]);

    // A replay through the same feed changes nothing: the reasons are still there.
    const unmended = await replay(flow(name, parseNdjson()), kept, { settled: quarantine.settle });
    expect(unmended).toMatchObject({ tried: 4, delivered: 0, rejected: 4 });
    // What could not be parsed is mended by hand, the others by a better feed.
    const mended = kept.map((rejection) =>
      rejection.code === 'NDJSON_INVALID' ? { ...rejection, raw: `${String(rejection.raw)}}` } : rejection,
    );
    const report = await replay(flow(name, parseNdjson(), true), mended, { settled: quarantine.settle });
    expect(report).toMatchObject({ tried: 4, delivered: 4, rejected: 0, unsettled: 0 });
    expect(await rejections(name)).toEqual([]);
    expect(await prices(name)).toEqual({ a: '1', b: '2', c: '0', f: '6', huge: '4', 'no-sku': '5' });
  });

  it('are found row by row in CSV', async () => {
    const name = await table('poison-csv');
    const ref = await put('poison.csv', 'sku,price\na,1\nb,2,surplus\nc,"3" broken\nd,4\n');
    const { totals } = await flow(name, parseCsv()).run([ref], { quarantine });
    expect(totals).toMatchObject({ read: 4, written: 2, rejected: 2, unsettled: 0 });
    const kept = await rejections(name);
    expect(kept.map(({ code, raw, line }) => [code, raw, line])).toEqual([
      ['CSV_FIELD_COUNT', 'b,2,surplus', 3],
      ['CSV_QUOTE_INVALID', 'c,"3" broken', 4],
    ]);
    const mended = kept.map((rejection) => ({
      ...rejection,
      raw: String(rejection.raw).replace(',surplus', '').replace('"3" broken', '3'),
    }));
    const report = await replay(flow(name, parseCsv()), mended, { settled: quarantine.settle });
    expect(report).toMatchObject({ tried: 2, delivered: 2 });
    expect(await rejections(name)).toEqual([]);
    expect(await prices(name)).toEqual({ a: '1', b: '2', c: '3', d: '4' });
  });

  it('fail the object where a line is in another charset, unless told to replace and count', async () => {
    const name = await table('poison-charset');
    const good = Buffer.from('{"sku":"a","price":1}\n');
    const latin = Buffer.from('{"sku":"caf\u00E9","price":2}\n', 'latin1');
    const ref = await put('poison-charset.ndjson', Buffer.concat([good, latin, Buffer.from('{"sku":"z","price":3}')]));
    const { reports } = await flow(name, parseNdjson()).run([ref], { quarantine, onFailure: 'report' });
    expect(reports[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'ENCODING_INVALID', stage: 'decodeText', details: { byteOffset: good.length + 11 } },
    });

    const tolerant = start(name)
      .through(decodeText('utf-8', { onInvalid: 'replace' }))
      .through(parseNdjson<Offer>())
      .to(sink(name));
    const report = await tolerant.run([ref], { quarantine });
    expect(report.reports[0]).toMatchObject({ outcome: 'complete', counters: { decodeText: { replaced: 1 } } });
    expect(await prices(name)).toEqual({ a: '1', 'caf\uFFFD': '2', z: '3' });
  });
});
