import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { copyToLanding, s3Quarantine, s3Sink, s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { itemContext } from './item-context.ts';
import { rejection, write } from './rejections.ts';
import { entriesOf, sinkContext } from './sink-stand.ts';
import { type Answer, pageAnswer, type StubS3, stubS3 } from './stub-s3.ts';

const ref = { bucket: 'bucket', key: 'key' };
const MiB = 2 ** 20;

/** Answers with a status of success that something else than S3 gives, each with its length. */
const OTHERS: Readonly<Record<string, Answer>> = {
  'a login page': page('<html><body>Please log in</body></html>', 'text/html; charset=utf-8'),
  'an empty body': page('', 'application/xml'),
  'a JSON document': page('{}', 'application/json'),
  'an XML document of another kind': page('<?xml version="1.0"?><Welcome></Welcome>', 'application/xml'),
  'an error document': page('<Error><Code>InternalError</Code><Message>x</Message></Error>', 'application/xml'),
};

function page(text: string, type: string): Answer {
  return ({ method }, response) => {
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
    response.end(method === 'HEAD' ? undefined : text);
  };
}

const xml = (text: string): Answer => page(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`, 'application/xml');

/** What S3 answers to each operation of this package. */
const S3: Readonly<Record<string, Answer>> = {
  HeadObject: (_request, response) => void response.writeHead(200, { etag: '"e"', 'content-length': 12 * MiB }).end(),
  GetObject: (_request, response) => void response.writeHead(404).end(),
  PutObject: (_request, response) => void response.writeHead(200, { etag: '"e"' }).end(),
  DeleteObject: (_request, response) => void response.writeHead(204).end(),
  ListObjectsV2: pageAnswer([]),
  CreateMultipartUpload: xml('<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>'),
  UploadPart: (_request, response) => void response.writeHead(200, { etag: '"p"' }).end(),
  UploadPartCopy: xml('<CopyPartResult><ETag>&quot;p&quot;</ETag></CopyPartResult>'),
  CompleteMultipartUpload: xml(
    '<CompleteMultipartUploadResult><ETag>&quot;c&quot;</ETag></CompleteMultipartUploadResult>',
  ),
  CopyObject: xml('<CopyObjectResult><ETag>&quot;c&quot;</ETag></CopyObjectResult>'),
  AbortMultipartUpload: (_request, response) => void response.writeHead(204).end(),
};

function operationOf({ method, url = '', headers }: IncomingMessage): string {
  const query = new URL(url, 'http://stub').searchParams;
  if (method === 'HEAD') return 'HeadObject';
  if (method === 'GET') return query.has('list-type') ? 'ListObjectsV2' : 'GetObject';
  if (method === 'POST') return query.has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
  if (method === 'DELETE') return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
  const copies = headers['x-amz-copy-source'] !== undefined;
  if (query.has('uploadId')) return copies ? 'UploadPartCopy' : 'UploadPart';
  return copies ? 'CopyObject' : 'PutObject';
}

/** S3 but for some operations, and `landing` for what a copy looks for at first. */
function s3But(others: Readonly<Record<string, Answer>>): Answer {
  return (request, response) => {
    const operation = operationOf(request);
    const landing = operation === 'HeadObject' && request.url?.startsWith('/landing/') ? 'landing' : operation;
    const absent: Answer = (_request, gone) => void gone.writeHead(404).end();
    (others[landing] ?? (landing === 'landing' ? absent : S3[operation]))?.(request, response);
  };
}

type Act = (stub: StubS3) => Promise<unknown>;

const manyBytes = { text: 'x'.repeat(9 * MiB) };
const source = ({ client }: StubS3) => s3Source({ client, maxResumes: 0, ranges: { count: 2, bytes: 65_536 } });
const sink = ({ client }: StubS3) =>
  s3Sink<{ text: string }>({ bucket: 'bucket', client, compress: 'none', retryForMs: 0, recordsPerPart: 2 });
const sending =
  (record: { text: string }): Act =>
  async (stub) =>
    sink(stub).write(entriesOf([record]), sinkContext());
const copying =
  (multipartThreshold: number): Act =>
  async ({ client }) =>
    copyToLanding({ feed: 'prices', target: { bucket: 'landing' }, client, multipartThreshold, partSize: 5 * MiB })(
      ref,
    );

/** Each operation, and the work that rests on what S3 answers to it. */
const TRUSTED: readonly (readonly [operation: string, act: Act])[] = [
  ['GetObject', async (stub) => source(stub).open(ref, itemContext())],
  ['HeadObject', async (stub) => source(stub).openRanges(ref, itemContext())],
  ['HeadObject', copying(20 * MiB)],
  ['landing', copying(20 * MiB)],
  ['CopyObject', copying(20 * MiB)],
  ['CreateMultipartUpload', copying(10 * MiB)],
  ['UploadPartCopy', copying(10 * MiB)],
  ['CompleteMultipartUpload', copying(10 * MiB)],
  ['ListObjectsV2', async (stub) => collect(source(stub).list({ bucket: 'bucket' }))],
  ['PutObject', sending({ text: 'short' })],
  ['ListObjectsV2', sending({ text: 'short' })],
  ['CreateMultipartUpload', sending(manyBytes)],
  ['UploadPart', sending(manyBytes)],
  ['CompleteMultipartUpload', sending(manyBytes)],
  ['PutObject', async ({ client }) => write(s3Quarantine({ bucket: 'bucket', client }), rejection(0))],
  ['PutObject', async ({ client }) => s3Quarantine({ bucket: 'bucket', client }).settle([rejection(0)])],
  [
    'ListObjectsV2',
    async ({ client }) => collect(s3Quarantine({ bucket: 'bucket', client }).rejections({ feed: 'f' })),
  ],
];

describe.each(TRUSTED.map((one, index) => [index, ...one] as const))('%i %s', (_, operation, act) => {
  it.each(Object.entries(OTHERS))('that is answered by %s is an error that a retry may mend', async (_what, answer) => {
    await using stub = await stubS3(s3But({ [operation]: answer }));
    const error = await failureOf(act(stub));
    expect(error.code).toBeOneOf(['S3_RESPONSE_INVALID', 'S3_UNAVAILABLE']);
    expect(error.retryable).toBe(true);
    expect(error.message).not.toContain('Please log in');
    // What was begun is given up by its id; a request without an id would delete the object.
    expect(stub.requests.map(operationOf)).not.toContain('DeleteObject');
  });

  it('is believed if it is S3 that answers', async () => {
    await using stub = await stubS3(
      s3But({ GetObject: (_request, response) => void response.writeHead(200, { etag: '"e"' }).end() }),
    );
    await act(stub);
  });
});

/** Looks at the manifest of the record's group, finds a note of an earlier place of it, and takes the object there away. */
const replay: Act = async (stub) => sink(stub).writeSingly?.(entriesOf([{ text: 'a' }]), sinkContext());

/** Lists what is kept, and reads it. */
const reading: Act = async ({ client }) =>
  collect(s3Quarantine({ bucket: 'bucket', client }).rejections({ feed: 'f' }));
const KEPT = `quarantine/f/${'0'.repeat(16)}-${'0'.repeat(16)}/${'0'.repeat(12)}-${'0'.repeat(32)}.ndjson.gz`;

describe('an object of our own that is read again', () => {
  const { 'an empty body': _empty, ...others } = OTHERS;

  it.each(Object.entries(others))('is not %s', async (_what, answer) => {
    for (const act of [replay, reading]) {
      await using stub = await stubS3(s3But({ ListObjectsV2: pageAnswer([KEPT]), GetObject: answer }));
      expect(await failureOf(act(stub))).toMatchObject({ code: 'S3_RESPONSE_INVALID', retryable: true });
    }
  });
});

describe('an answer to a delete', () => {
  const note = page('prices/x', 'text/plain');
  const noted: Answer = (request, response) => {
    if (!request.url?.includes('%2B') && !request.url?.includes('+')) return void response.writeHead(404).end();
    const name = /([0-9a-f]{32}-\d{12})/.exec(request.url)?.[1];
    page(`elsewhere/${name}+0.ndjson`, 'text/plain')(request, response.setHeader('etag', '"n"'));
  };

  it('of another kind is not taken for success', async () => {
    await using stub = await stubS3(s3But({ GetObject: noted, DeleteObject: OTHERS['a login page']! }));
    const error = await failureOf(replay(stub));
    expect(error).toMatchObject({ code: 'S3_RESPONSE_INVALID', retryable: true });
  });

  it('is asked for only where the note names an object of this record', async () => {
    const other: Answer = (request, response) => {
      if (!request.url?.includes('%2B') && !request.url?.includes('+')) return void response.writeHead(404).end();
      note(request, response.setHeader('etag', '"n"'));
    };
    await using stub = await stubS3(s3But({ GetObject: other }));
    expect((await failureOf(replay(stub))).code).toBe('PART_MANIFEST_INVALID');
    expect(stub.requests.map(operationOf)).not.toContain('DeleteObject');
  });

  it('a manifest that is none is an error with a code', async () => {
    const manifest: Answer = (request, response) =>
      page('[1', 'text/plain')(request, response.setHeader('etag', '"m"'));
    await using stub = await stubS3(s3But({ GetObject: manifest }));
    expect((await failureOf(replay(stub))).code).toBe('PART_MANIFEST_INVALID');
  });
});

describe('the checksum that S3 says it stored', () => {
  it('is held against the one that was sent', async () => {
    const stored: Answer = (request, response) => {
      const sent = request.headers['x-amz-checksum-crc64nvme'];
      response.writeHead(200, { etag: '"e"', 'x-amz-checksum-crc64nvme': sent }).end();
    };
    await using good = await stubS3(s3But({ PutObject: stored }));
    await sending({ text: 'a' })(good);
    const damaged: Answer = (_request, response) =>
      void response.writeHead(200, { etag: '"e"', 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }).end();
    await using bad = await stubS3(s3But({ PutObject: damaged }));
    expect(await failureOf(sending({ text: 'a' })(bad))).toMatchObject({
      code: 'S3_RESPONSE_INVALID',
      retryable: true,
    });
  });
});
