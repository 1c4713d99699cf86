import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import {
  feed,
  type Feed,
  flatMap,
  map,
  MillraceError,
  purge,
  reconcile,
  references,
  replay,
  type Sink,
  type StandardSchema,
  validate,
} from '@millrace/core';
import { dynamodbSink, landingItem, packed } from '@millrace/dynamodb';
import { unpack } from '@millrace/dynamodb/unpack';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { toS3Handler, toSqsHandler } from '@millrace/lambda-adapter';
import { type S3Ref, s3Source, type S3Source } from '@millrace/s3';
import {
  type Deployment,
  type Expected,
  type ExpectedRecord,
  keyOfObject,
  lineRecord,
  type LineRecord,
  type ObjectContent,
  type ProcessHandles,
  type Program,
} from '@millrace/testkit/simulation';
import { landingScenario, type LandingOptions } from './landing-scenario.ts';
import { pairLines } from './pair-lines.ts';

/** Variants of the feed that a deployment may switch between. */
const STRICT = 0;
const PAIRS = 1;

/** What a line of the sample objects becomes. */
interface SampleRecord extends LineRecord {
  readonly paired?: true;
  readonly side?: 'l' | 'r';
  readonly extra?: unknown;
}

/** Lines of S3 objects into a DynamoDB table, by Lambda and by people at a terminal. */
export const landingDeployment: Deployment = {
  name: 'landing',
  prepare,
  start,
  expect: (content, variant, options) => expected(content, variant, options as unknown as LandingOptions),
  read: async (item, options) => {
    const records: ExpectedRecord[] = [];
    for await (const { record } of unpack<{ readonly record: SampleRecord }>(item)) {
      records.push(shown(record, options as unknown as LandingOptions));
    }
    return records;
  },
  scenario: landingScenario,
};

/** The SDK reads its configuration files and loads modules at a client's first request. */
async function prepare(): Promise<void> {
  const answer = { statusCode: 400, headers: { 'content-type': 'text/plain' }, body: Buffer.from('') };
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async () => ({ response: { ...answer } }),
    destroy: () => {},
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  };
  const { s3, dynamodb } = clientsOf({ s3: requestHandler, table: requestHandler });
  const source = s3Source({ client: s3 });
  const target = landing(source, dynamodb, STRICT, {
    keys: 'place',
    fanOut: false,
    pack: 0,
    writes: 1,
    keepNewest: false,
    exotic: false,
    leastRecords: 1,
    rejectedRatio: 1,
  });
  await target.run([{ bucket: 'bucket', key: 'key' }], { onFailure: 'report' });
  const put = { PutRequest: { Item: { uuid: { S: 'prepared' } } } };
  await Promise.allSettled([
    source.list({ bucket: 'bucket' })[Symbol.asyncIterator]().next(),
    dynamodb.send(new BatchWriteItemCommand({ RequestItems: { landing: [put] } })),
  ]);
}

function clientsOf({ s3, table }: Pick<ProcessHandles, 's3' | 'table'>): {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
} {
  const shared = { region: 'us-east-1', credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' } };
  return {
    s3: new S3Client({ ...shared, requestHandler: s3 as never, forcePathStyle: true }),
    dynamodb: new DynamoDBClient({ ...shared, requestHandler: table as never }),
  };
}

function start(handles: ProcessHandles): Program {
  const options = handles.options as unknown as LandingOptions;
  const { s3, dynamodb } = clientsOf(handles);
  const source = s3Source({ client: s3, idleTimeoutMs: 4000, maxResumes: 3, missing: options.missing });
  const target = landing(source, dynamodb, handles.variant, options);
  const { ledger, quarantine } = handles;
  const run = {
    ledger,
    quarantine,
    leaseMs: options.leaseMs,
    checkpointRecords: options.checkpointRecords,
    versions: options.versions,
  };
  const again = options.continueWith && {
    continueWith: (ref: unknown) => handles.sendMessage(JSON.stringify([ref])),
  };
  const handler = {
    ...run,
    ...again,
    concurrency: options.objects,
    log: process.env['SIMLOG'] ? (line: unknown) => console.log(JSON.stringify(line).slice(0, 700)) : () => {},
  };
  const onQueue = toSqsHandler(target, handler);
  const onEvent = toS3Handler(target, handler);
  const list = (): AsyncIterable<S3Ref> => source.list({ bucket: handles.bucket });
  const atTerminal = { ...run, concurrency: options.objects, onFailure: 'report' as const };
  return {
    handler: (event, context) => (isBatch(event) ? onQueue : onEvent)(event, context as never),
    run: () => target.run(list(), atTerminal),
    reconcile: () => target.run(references(reconcile({ feed: target, list: list(), ledger })), atTerminal),
    replay: () =>
      replay(target, quarantine.rejections({ feed: target.name }), {
        ledger,
        leaseMs: options.leaseMs,
        versions: options.versions,
        settled: (rejections) => quarantine.settle(rejections),
      }),
    purge: async (objects) => {
      for (const object of objects) {
        const described = source.describe({ bucket: handles.bucket, key: keyOfObject(object) });
        const given = { feed: target, ledger, object: { described }, quarantine, leaseMs: options.leaseMs };
        // One object's obstacle, such as a version that is not complete, is none to the others.
        await purge({ ...given, dryRun: true }).catch(() => {});
        await purge(given).catch(() => {});
      }
    },
  };
}

/** The options that make the feed. */
type FeedOptions = Pick<
  LandingOptions,
  'keys' | 'fanOut' | 'pack' | 'writes' | 'keepNewest' | 'exotic' | 'leastRecords' | 'rejectedRatio'
>;

function landing(
  source: S3Source,
  client: DynamoDBClient,
  variant: number,
  { keys, fanOut, pack, writes, keepNewest, exotic, leastRecords, rejectedRatio }: FeedOptions,
): Feed<S3Ref> {
  const expect = { records: { min: leastRecords }, rejectedRatio: { max: rejectedRatio } };
  const text = feed('lines', { expect }).from(source).through(decodeText('utf-8'));
  const records = variant === PAIRS ? text.through(pairLines()) : text.through(parseNdjson());
  const sides = flatMap((value: unknown) => {
    const record = value as SampleRecord;
    return fanOut
      ? [
          { ...record, side: 'l' as const },
          { ...record, side: 'r' as const },
        ]
      : [record];
  });
  return records
    .through(sides)
    .through(map((record: SampleRecord) => (exotic ? { ...record, extra: extraOf(record) } : record)))
    .through({ ...validate(schema(variant === STRICT)), signature: variant === STRICT ? 'strict' : 'lenient' })
    .through(landingItem(keys === 'natural' ? { key: (record: SampleRecord) => `${record.id}/${record.side}` } : {}))
    .to(
      refusing(
        dynamodbSink({
          table: 'landing',
          client,
          sender: 'sdk',
          concurrency: writes,
          keepNewest,
          retireByScan: keys === 'natural',
          ...(pack > 0 && { pack: packed({ records: pack, compress: 'none' }) }),
        }),
      ),
    );
}

/** A destination that refuses a write as a whole if it holds a poisoned record. */
function refusing<T>(sink: Sink<T>): Sink<T> {
  return {
    ...sink,
    write: async (entries, context) => {
      const isPoisoned = entries.some(
        ({ value }) => (value as { readonly record: SampleRecord }).record.poison === true,
      );
      if (isPoisoned) throw new MillraceError('SAMPLE_REFUSED', 'The destination refuses the whole write.');
      return sink.write(entries, context);
    },
  };
}

/** Values that JSON does not have, as a transform may make them. */
function extraOf({ line, version }: SampleRecord): unknown {
  return { labels: new Map([['line', line]]), sizes: new Set([version]), bytes: Uint8Array.of(line, version) };
}

/** A record as a reader of the table sees it. */
function shown(record: SampleRecord, { keys }: LandingOptions): ExpectedRecord {
  const { id, object, version, line, odd, paired, side, extra } = record;
  const place = [object, version, line, odd && 'odd', paired && 'paired', side]
    .filter((part) => part !== undefined)
    .join('/');
  const value = extra === undefined ? place : `${place} ${textOf(extra)}`;
  return { key: keys === 'natural' ? `${id}/${side}` : place, value };
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${value.join()}`;
  if (value instanceof Set) return `set ${[...value].map(Number).join()}`;
  const entries = value instanceof Map ? [...value] : Object.entries(value as object);
  const inner = (one: unknown): string => (typeof one === 'object' ? textOf(one) : `${one as number}`);
  return `{${entries
    .map(([name, one]) => `${String(name)}: ${inner(one)}`)
    .toSorted()
    .join(', ')}}`;
}

/** Takes sample records; a strict one refuses the odd ones. */
function schema(strict: boolean): StandardSchema<SampleRecord> {
  return {
    '~standard': {
      version: 1,
      vendor: 'simulation',
      validate: (value) =>
        strict && (value as SampleRecord).odd === true
          ? { issues: [{ message: 'is odd', path: ['odd'] }] }
          : { value: value as SampleRecord },
    },
  };
}

function expected(content: ObjectContent, variant: number, options: LandingOptions): Expected {
  const { fanOut } = options;
  const delivered: ExpectedRecord[] = [];
  const rejected: number[] = [];
  const step = variant === PAIRS ? 2 : 1;
  let [read, rejections] = [0, 0];
  for (let line = 0; line < content.lines; line += step) {
    const record = lineRecord(content, line);
    const ordinal = read;
    read += 1;
    if (record === undefined || (variant === STRICT && record.odd === true)) {
      rejected.push(ordinal);
      // The schema judges each side of a record.
      rejections += record === undefined || !fanOut ? 1 : 2;
      continue;
    }
    const paired: SampleRecord = variant === PAIRS ? { ...record, paired: true } : record;
    const full: SampleRecord = options.exotic ? { ...paired, extra: extraOf(paired) } : paired;
    const sides: readonly SampleRecord[] = fanOut
      ? [
          { ...full, side: 'l' },
          { ...full, side: 'r' },
        ]
      : [full];
    delivered.push(...sides.map((one) => shown(one, options)));
  }
  const isUnexpected = read < options.leastRecords || rejections / read > options.rejectedRatio;
  return { delivered, rejected, read, isUnexpected };
}

function isBatch(event: unknown): boolean {
  const { Records } = event as { readonly Records?: readonly { readonly eventSource?: string }[] };
  return Records?.[0]?.eventSource === 'aws:sqs';
}
