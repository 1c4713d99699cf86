import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { HeadObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { feed, memoryLedger } from '@millrace/core';
import type { PartitionOf } from '@millrace/core/plugin';
import { type CsvColumn, encodeCsv } from '@millrace/formats';
import { endpointsForTests } from '@millrace/local';
import { type Fault, type FaultProxy, memorySource, startFaultProxy } from '@millrace/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { s3Sink, type S3SinkOptions } from '../src/index.ts';
import { crcNamed } from '../src/crc.ts';
import { allObjects, entriesOf, ITEM, sinkContext, writtenObjects } from './sink-stand.ts';
import { type TestBuckets, testBuckets } from './test-buckets.ts';

interface Row {
  readonly feed: string;
  readonly n: number;
}

let buckets: TestBuckets;
beforeAll(async () => {
  buckets = await testBuckets();
});
afterAll(() => buckets[Symbol.asyncDispose]());

const rows = (count: number): readonly Row[] => Array.from({ length: count }, (_, n) => ({ feed: `f${n % 3}`, n }));
const byFeed: PartitionOf<Row> = ({ feed: name }) => ({ feed: name, date: '2026-11-23' });

async function sinkOf<T = Row>(options: Partial<S3SinkOptions<T>> = {}) {
  const bucket = await buckets.create('sink');
  const sink = s3Sink<T>({ bucket, client: buckets.client, prefix: 'out/', recordsPerPart: 10, ...options });
  return { bucket, sink, objects: () => writtenObjects(buckets.client, bucket) };
}

async function written<T>(values: readonly T[], options: Partial<S3SinkOptions<T>> = {}) {
  const { sink, objects } = await sinkOf<T>(options);
  const refusals = (await sink.write(entriesOf(values), sinkContext())) ?? [];
  return { refusals, objects: await objects() };
}

describe('parts', () => {
  it('are one object for each group and partition, and the same bytes at a second delivery', async () => {
    const { bucket, sink, objects } = await sinkOf({ partition: byFeed });
    const deliver = async (): Promise<void> => {
      await sink.write(entriesOf(rows(10)), sinkContext());
      await sink.write(entriesOf(rows(5), 10), sinkContext());
    };
    await deliver();
    const first = await allObjects(buckets.client, bucket);
    expect((await objects()).map(({ key }) => key.replace(/[0-9a-f]{32}/, '*'))).toEqual(
      ['f0', 'f1', 'f2'].flatMap((name) => [
        `out/feed=${name}/date=2026-11-23/*-000000000000-0.ndjson.gz`,
        `out/feed=${name}/date=2026-11-23/*-000000000010-0.ndjson.gz`,
      ]),
    );
    expect((await objects())[0]!.text).toBe(
      '{"feed":"f0","n":0}\n{"feed":"f0","n":3}\n{"feed":"f0","n":6}\n{"feed":"f0","n":9}\n',
    );
    await deliver();
    expect(await allObjects(buckets.client, bucket)).toEqual(first);
    const manifest = first.find(({ key }) => key.startsWith('out/_manifests/'))!;
    expect(JSON.parse(manifest.text)).toMatchObject({
      version: 1,
      feed: 'prices',
      item: { id: ITEM.id, uri: ITEM.uri },
      positions: '0-9',
      parts: [{ records: 4 }, { records: 3 }, { records: 3 }],
    });
  });

  it('are cut by size, at the same places whatever came before', async () => {
    const { objects } = await written(rows(10), { maxPartBytes: 60, compress: 'none' });
    expect(objects.map(({ text }) => text.split('\n').length - 1)).toEqual([3, 3, 3, 1]);
    expect(objects.map(({ key }) => key.slice(-9))).toEqual(['-0.ndjson', '-1.ndjson', '-2.ndjson', '-3.ndjson']);
  });

  it('of two feeds, and of two versions, have other names', async () => {
    const { sink, objects } = await sinkOf();
    await sink.write(entriesOf(rows(1)), sinkContext());
    await sink.write(entriesOf(rows(1), 0, { ...ITEM, id: `${ITEM.id}2` }), sinkContext());
    await sink.write(
      entriesOf(rows(1)).map((entry) => ({ ...entry, feed: 'other' })),
      sinkContext(),
    );
    expect(await objects()).toHaveLength(3);
  });

  it('escape what a path cannot hold as Hive does', async () => {
    const values = ['a/b=c', '', 'ü 100%', null, 7];
    const { objects, refusals } = await written(values, { partition: (value) => ({ p: value as string }) });
    expect(refusals).toEqual([]);
    expect(objects.map(({ key }) => key.split('/')[1]).toSorted()).toEqual([
      'p=7',
      'p=__HIVE_DEFAULT_PARTITION__',
      'p=a%2Fb%3Dc',
      'p=ü 100%25',
    ]);
  });
});

describe('formats', () => {
  it('CSV has a header, quotes, empty fields for nothing, and JSON for lists', async () => {
    const columns: readonly CsvColumn<Readonly<Record<string, unknown>>>[] = [
      'a',
      'b c',
      { name: 'd', value: ({ d }, { ordinal }) => [d, ordinal] },
    ];
    const values = [
      { a: 'x,"y"\n', 'b c': ' z', d: 1n },
      { a: '', 'b c': null },
      { a: 1.5, 'b c': true, d: 'x' },
    ];
    const { objects, refusals } = await written<Readonly<Record<string, unknown>>>(values, {
      encode: encodeCsv({ columns }),
      compress: 'none',
    });
    expect(refusals).toEqual([expect.objectContaining({ position: 1, code: 'CSV_VALUE_UNSUPPORTED' })]);
    expect(objects[0]!.text).toBe('a,b c,d\n"x,""y""\n"," z","[1,0]"\n1.5,true,"[""x"",2]"\n');
    expect(objects[0]!.key).toMatch(/-0\.csv$/);
    const bare = await written([{ a: null }, { a: 'x' }], { encode: encodeCsv({ columns: ['a'], header: false }) });
    expect(bare.objects[0]!.text).toBe('""\nx\n');
  });

  it('NDJSON says exactly what the record is, or the record is refused', async () => {
    class Price {}
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const fine = [
      { big: 2n ** 70n, list: [1, [null, 'é']], gone: undefined },
      { date: new Date(0), bare: Object.assign(Object.create(null) as object, { a: 1 }) },
      'text',
      null,
    ];
    const bad = [
      new Set([1]),
      { a: { b: new Map() } },
      { a: new Uint8Array(1) },
      { a: [Number.NaN] },
      { a: [undefined] },
      { a: () => 1 },
      { a: new Price() },
      undefined,
      circle,
    ];
    const { objects, refusals } = await written<unknown>([...bad, ...fine], { recordsPerPart: 100 });
    expect(refusals.map(({ position, code }) => `${position} ${code}`)).toEqual(
      bad.map((_, position) => `${position} JSON_VALUE_UNSUPPORTED`),
    );
    expect(refusals[1]).toMatchObject({ details: { kind: 'a Map', depth: 2 } });
    expect(objects[0]!.text).toBe(
      '{"big":1180591620717411303424,"list":[1,[null,"é"]]}\n{"date":"1970-01-01T00:00:00.000Z","bare":{"a":1}}\n"text"\nnull\n',
    );
  });

  it('refuses records that are too large, and partitions that are none, one by one', async () => {
    const partition: PartitionOf<string> = (value) => {
      if (value === 'throws') throw new Error('no');
      if (value === 'none') return undefined as never;
      if (value === 'object') return { a: {} as never };
      if (value === 'long') return { a: 'x'.repeat(1000) };
      return value === 'name' ? { 'a b': 'c' } : { a: value };
    };
    const values = ['throws', 'fine', 'none', 'object', 'name', 'long', '\uD800', 'x'.repeat(100)];
    const { objects, refusals } = await written(values, { partition, maxRecordBytes: 50 });
    expect(refusals.map(({ position, code }) => [position, code])).toEqual([
      [0, 'PARTITION_INVALID'],
      [2, 'PARTITION_INVALID'],
      [3, 'PARTITION_INVALID'],
      [4, 'PARTITION_INVALID'],
      [5, 'PARTITION_INVALID'],
      [6, 'PARTITION_INVALID'],
      [7, 'PART_RECORD_TOO_LARGE'],
    ]);
    expect(objects.map(({ text }) => text)).toEqual(['"fine"\n']);
  });
});

describe('uploads', () => {
  it('say their checksum, and large ones go in pieces', async () => {
    await using stand = await proxied();
    const { proxy, client } = stand;
    const { bucket, sink, objects } = await sinkOf<string>({ client, compress: 'none', recordsPerPart: 1000 });
    const values = Array.from({ length: 9 }, (_, n) => String.fromCharCode(97 + n).repeat(1_000_000));
    await sink.write(entriesOf(values), sinkContext());
    const [object] = await objects();
    expect(object!.text).toBe(values.map((value) => `"${value}"\n`).join(''));
    const whole = crc64(object!.body);
    const bodies = proxy.calls.filter(({ op }) => op === 'UploadPart' || op === 'PutObject');
    expect(bodies.map(({ op }) => op)).toEqual(['UploadPart', 'UploadPart', 'PutObject']);
    const { ContentType } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: object!.key }));
    expect(ContentType).toBe('application/x-ndjson');
    expect(stand.checksums.slice(0, 2)).toEqual(pieces(object!.body).map((piece) => crc64(piece)));
    expect(stand.completed).toEqual([whole]);
  });

  it('that fail leave no upload behind', async () => {
    await using stand = await proxied();
    const { bucket, sink } = await sinkOf<string>({ client: stand.client, compress: 'none', retryForMs: 0 });
    stand.proxy.add({ kind: 's3Error', code: 'InternalError', status: 500, match: ({ op }) => op === 'UploadPart' });
    const values = Array.from({ length: 10 }, () => 'x'.repeat(1_000_000));
    await expect(sink.write(entriesOf(values), sinkContext())).rejects.toMatchObject({ code: 'S3_UNAVAILABLE' });
    const { Uploads = [] } = await buckets.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads).toEqual([]);
  });

  it('to a bucket that is not there fail with its code', async () => {
    const sink = s3Sink<Row>({ bucket: `millrace-none-${randomUUID()}`, client: buckets.client });
    await expect(sink.write(entriesOf(rows(1)), sinkContext())).rejects.toMatchObject({ code: 'S3_BUCKET_NOT_FOUND' });
  });

  it('have the same bytes as gzip makes of the whole', async () => {
    const { objects } = await written(rows(10), { recordsPerPart: 100 });
    expect(objects[0]!.body.equals(gzipSync(objects[0]!.text, { level: 6 }))).toBe(true);
  });
});

describe('on a bad network', () => {
  afterEach(() => void vi.restoreAllMocks());

  it.each([1, 2, 3, 4])(
    'a feed is there once in the end, whatever fails: seed %i',
    { timeout: 120_000 },
    async (seed) => {
      // No pause before a further attempt, here and in the SDK.
      vi.spyOn(Math, 'random').mockReturnValue(0);
      await using stand = await proxied();
      const { sink, objects } = await sinkOf({
        client: stand.client,
        partition: byFeed,
        recordsPerPart: 7,
        retryForMs: 200,
      });
      const kinds: readonly (() => Fault)[] = [
        () => ({ kind: 's3Error', code: 'SlowDown', status: 503 }),
        () => ({ kind: 's3Error', code: 'InternalError', status: 500, times: 5 }),
        () => ({ kind: 'resetBeforeResponse' }),
        () => ({ kind: 'loseAnswer' }),
        () => ({ kind: 'slow', delayMs: 5 }) as Fault,
      ];
      let call = 0;
      const source = memorySource<Row>({ objects: { a: rows(90), b: rows(33) } });
      const carry = feed('chaos')
        .from(source)
        .through({ kind: 'parser', name: 'rows', start: () => ({ push: (row: Row) => [row] }) })
        .to(sink);
      const ledger = memoryLedger();
      for (let attempt = 0; attempt < 30; attempt += 1) {
        if (attempt < 20)
          stand.proxy.add({
            ...kinds[(seed * 7 + attempt) % kinds.length]!(),
            match: () => (call += 1) % (2 + seed) === 0,
          });
        const report = await carry.run(source.refs(), {
          ledger,
          onFailure: 'report',
          checkpointRecords: 20,
          concurrency: 2,
        });
        if (report.outcome === 'complete' && attempt > 3) break;
      }
      const lines = (await objects()).flatMap(({ text }) => text.split('\n').slice(0, -1));
      expect(lines.toSorted()).toEqual([...rows(90), ...rows(33)].map((row) => JSON.stringify(row)).toSorted());
    },
  );
});

describe('a replay and a new delivery of its group at the same time', () => {
  it.each([1, 2, 3, 4, 5, 6])('leave each record there once: round %i', async (round) => {
    const { client, objects, sink } = await delayed(round);
    const entries = entriesOf(rows(10));
    const late = entries.filter(({ ordinal }) => ordinal % 3 === 1);
    await sink.write(
      entries.filter((entry) => !late.includes(entry)),
      sinkContext(),
    );
    await Promise.all([sink.write(entries, sinkContext()), sink.writeSingly!(late, sinkContext())]);
    const lines = (await objects()).flatMap(({ text }) => text.split('\n').slice(0, -1));
    expect(lines.toSorted()).toEqual(
      rows(10)
        .map((row) => JSON.stringify(row))
        .toSorted(),
    );
    client.destroy();
  });
});

/** A sink whose requests come late, each by another time, and in each round by others. */
async function delayed(round: number) {
  const { endpoint, credentials, region } = buckets.client.config;
  const client = new S3Client({ endpoint: endpoint!, credentials, region, forcePathStyle: true });
  let call = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      call += 1;
      await sleep((round * 7 + call * 13) % 30);
      return next(args);
    },
    { step: 'initialize' },
  );
  return { client, ...(await sinkOf({ client, partition: byFeed })) };
}

/** Compared with the published values in checksums.test.ts; another in JavaScript takes seconds for a body of this size. */
function crc64(bytes: Buffer): string {
  const crc = crcNamed('CRC64NVME')!;
  return crc.base64(crc.update(crc.start, bytes));
}

function pieces(body: Buffer): readonly Buffer[] {
  const size = 8 * 2 ** 20;
  return Array.from({ length: Math.ceil(body.length / size) }, (_, n) => body.subarray(n * size, (n + 1) * size));
}

/** A client whose requests can be disturbed, and what they said of their content. */
async function proxied(): Promise<
  AsyncDisposable & {
    readonly proxy: FaultProxy;
    readonly client: S3Client;
    readonly checksums: string[];
    readonly completed: string[];
  }
> {
  const endpoints = await endpointsForTests();
  const endpoint = await buckets.client.config.endpoint!();
  const proxy = await startFaultProxy(`${endpoint.protocol}//${endpoint.hostname}:${endpoint.port}`);
  const client = new S3Client({ ...endpoints.s3, endpoint: proxy.url, maxAttempts: 1 });
  const checksums: string[] = [];
  const completed: string[] = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { headers } = args.request as { readonly headers: Readonly<Record<string, string>> };
        const told = headers['x-amz-checksum-crc64nvme'];
        if (told !== undefined) (commandName === 'CompleteMultipartUploadCommand' ? completed : checksums).push(told);
        return next(args);
      },
    { step: 'finalizeRequest' },
  );
  return {
    proxy,
    client,
    checksums,
    completed,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await proxy.stop();
      await endpoints.stop();
    },
  };
}

describe('what a refusal says', () => {
  const CANARY = 'canary-7f3a';
  const circle: Record<string, unknown> = {};
  circle[CANARY] = { [CANARY]: circle };
  const deep = (levels: number): unknown => (levels === 0 ? new Map([[CANARY, 1]]) : { [CANARY]: deep(levels - 1) });

  it.each<readonly [string, unknown]>([
    ['a field', { [CANARY]: new Set([CANARY]) }],
    ['a nested field', { a: { [CANARY]: [1, Number.NaN] } }],
    ['a deep field', deep(200)],
    ['a circle', circle],
    ['toJSON', { toJSON: () => JSON.parse(`{"${CANARY}`) as unknown, [CANARY]: new Set() }],
  ])('is never content of the record: %s', async (_what, value) => {
    const { refusals } = await written<unknown>([value, 'fine'], { recordsPerPart: 100 });
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatchObject({ position: 0, code: 'JSON_VALUE_UNSUPPORTED' });
    expect(JSON.stringify(refusals)).not.toContain(CANARY);
    expect(refusals[0]!.message.length).toBeLessThan(300);
  });

  it('is never content of the record: columns and partitions that throw', async () => {
    const fail = (): never => {
      throw new TypeError(CANARY);
    };
    const encode = encodeCsv<string>({ columns: [{ name: 'a', value: fail }] });
    const partitions: readonly PartitionOf<string>[] = [
      fail,
      () => ({ [`${CANARY} `]: 1 }),
      () => ({ a: [CANARY] as unknown as string }),
      () => ({ a: `${CANARY}\ud800` }),
    ];
    const ways: readonly Partial<S3SinkOptions<string>>[] = [
      { encode },
      ...partitions.map((partition) => ({ partition })),
    ];
    for (const way of ways) {
      const { refusals } = await written<string>(['x'], way);
      expect(refusals).toHaveLength(1);
      expect(refusals[0]!.message).not.toContain(CANARY);
    }
  });
});
