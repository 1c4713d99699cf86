import type { IncomingMessage } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { copyToLanding, type LandingCopy, s3Source } from '../src/index.ts';
import { failureOf } from './failure-of.ts';
import { itemContext } from './item-context.ts';
import { type Answer, errorAnswer, type StubS3, stubS3 } from './stub-s3.ts';
import { turns } from '../../../test/support/turns.ts';

const MiB = 1024 * 1024;
const ref = { bucket: 'inbox', key: 'a b/é.gz', etag: 'e1', versionId: 'v1' };
const target = { bucket: 'landing', prefix: 'l/' };

const xml = (text: string, headers: Record<string, string> = {}): Answer => {
  return (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/xml', ...headers }).end(text);
};
const headers = (values: Record<string, string | number>): Answer => {
  return (_request, response) => void response.writeHead(200, values).end();
};
const original = (size: number): Answer =>
  headers({
    'content-length': size,
    etag: '"e1"',
    'x-amz-version-id': 'v1',
    'last-modified': 'Sun, 22 Nov 2026 10:20:30 GMT',
  });

interface Steps {
  readonly original?: Answer;
  readonly existing?: Answer;
  readonly copy?: Answer;
  readonly create?: Answer;
  readonly part?: Answer;
  readonly complete?: Answer;
  readonly abort?: Answer;
}

/** What the request is, by method and query. */
function stepOf({ method, url = '', headers: sent }: IncomingMessage): keyof Steps {
  if (method === 'HEAD' || method === 'GET') return url.startsWith('/inbox/') ? 'original' : 'existing';
  if (method === 'DELETE') return 'abort';
  if (method === 'POST') return url.includes('uploads') ? 'create' : 'complete';
  return sent['x-amz-copy-source-range'] === undefined ? 'copy' : 'part';
}

const byDefault: Required<Steps> = {
  original: original(10),
  existing: errorAnswer(404, 'NoSuchKey'),
  copy: xml('<CopyObjectResult><ETag>&quot;e2&quot;</ETag></CopyObjectResult>', { 'x-amz-version-id': 'v2' }),
  create: xml('<InitiateMultipartUploadResult><UploadId>up1</UploadId></InitiateMultipartUploadResult>'),
  part: xml('<CopyPartResult><ETag>&quot;p&quot;</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></CopyPartResult>'),
  complete: xml('<CompleteMultipartUploadResult><ETag>&quot;e3-3&quot;</ETag></CompleteMultipartUploadResult>'),
  abort: headers({}),
};

async function stubSteps(
  steps: Steps,
): Promise<StubS3 & { readonly steps: () => (keyof Steps)[]; readonly land: LandingCopy }> {
  const stub = await stubS3((request, response) => ({ ...byDefault, ...steps })[stepOf(request)](request, response));
  const sizes = { multipartThreshold: 10 * MiB, partSize: 5 * MiB, partConcurrency: 2 };
  const land = copyToLanding({ target, feed: 'prices', client: stub.client, ...sizes });
  return { ...stub, steps: () => stub.requests.map(stepOf), land };
}

describe('one request', () => {
  it('copies exactly the version and ETag that were looked at, with new metadata and without tags', async () => {
    await using stub = await stubSteps({});
    const result = await stub.land(ref);
    expect(stub.steps()).toEqual(['original', 'existing', 'copy']);
    const [look, , copy] = stub.requests;
    expect(look?.headers['if-match']).toBe('"e1"');
    expect(look?.url).toContain('versionId=v1');
    expect(copy?.headers).toMatchObject({
      'x-amz-copy-source': 'inbox/a%20b/%C3%A9.gz?versionId=v1',
      'x-amz-copy-source-if-match': '"e1"',
      'x-amz-metadata-directive': 'REPLACE',
      'x-amz-tagging-directive': 'REPLACE',
      'x-amz-meta-millrace-key': 'a%20b/%C3%A9.gz',
      'x-amz-meta-millrace-version-id': 'v1',
    });
    expect(result).toMatchObject({
      outcome: 'copied',
      ref: { bucket: 'landing', etag: 'e2', versionId: 'v2', size: 10 },
    });
  });

  it.each([
    ['S3_OBJECT_CHANGED', errorAnswer(412, 'PreconditionFailed')],
    ['S3_OBJECT_ARCHIVED', errorAnswer(403, 'InvalidObjectState')],
    ['S3_METADATA_NOT_CARRIED', errorAnswer(400, 'MetadataTooLarge')],
    ['S3_ACCESS_DENIED', errorAnswer(403, 'AccessDenied')],
    ['S3_UNAVAILABLE', xml('<Error><Code>InternalError</Code><Message>after 200</Message></Error>')],
  ])('reports %s, naming both places', async (code, copy) => {
    await using stub = await stubSteps({ copy });
    const error = await failureOf(stub.land(ref));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/s3:\/\/inbox\/a b\/é\.gz to s3:\/\/landing\/l\/prices\/[0-9a-f]{32}\/é\.gz/);
  });

  it('is not sent where looking for the copy fails', async () => {
    await using stub = await stubSteps({ existing: errorAnswer(403, 'AccessDenied') });
    expect((await failureOf(stub.land(ref))).code).toBe('S3_ACCESS_DENIED');
    expect(stub.steps()).toEqual(['original', 'existing']);
  });
});

describe('parts', () => {
  it('cover the object, each under the same condition, and are completed with their checksums', async () => {
    const bodies: string[] = [];
    const complete: Answer = (request, response) => {
      request.on('data', (chunk) => bodies.push(String(chunk)));
      request.on('end', () => byDefault.complete(request, response));
    };
    await using stub = await stubSteps({ original: original(12 * MiB), complete });
    const { ref: copy } = await stub.land(ref);
    expect(copy).toMatchObject({ etag: 'e3-3', size: 12 * MiB });
    const parts = stub.requests.filter((request) => stepOf(request) === 'part');
    const ranges = parts.map(({ headers: sent }) => sent['x-amz-copy-source-range']);
    expect(new Set(ranges)).toEqual(new Set(['bytes=0-5242879', 'bytes=5242880-10485759', 'bytes=10485760-12582911']));
    expect(parts).toHaveLength(3);
    for (const { headers: sent } of parts) expect(sent['x-amz-copy-source-if-match']).toBe('"e1"');
    const sent = bodies.join('');
    expect(sent.match(/<PartNumber>(\d)<\/PartNumber>/g)).toHaveLength(3);
    expect(sent.match(/<ChecksumCRC32>AAAAAA==<\/ChecksumCRC32>/g)).toHaveLength(3);
    const create = stub.requests.find((request) => stepOf(request) === 'create');
    expect(create?.headers['x-amz-meta-millrace-feed']).toBe('prices');
  });

  it('are as large as 10,000 of them demand', async () => {
    await using stub = await stubSteps({
      original: original(10_000 * 5 * MiB + 1),
      part: errorAnswer(412, 'PreconditionFailed'),
    });
    await failureOf(stub.land(ref));
    const first = stub.requests.find(({ headers: sent }) => sent['x-amz-copy-source-range']?.includes('=0-'));
    expect(first?.headers['x-amz-copy-source-range']).toBe(`bytes=0-${5 * MiB}`);
  });

  it.each([
    ['a part', { part: errorAnswer(412, 'PreconditionFailed') }, 'S3_OBJECT_CHANGED'],
    ['the end', { complete: errorAnswer(403, 'AccessDenied') }, 'S3_ACCESS_DENIED'],
  ])('are given up where %s fails', async (_what, steps, code) => {
    await using stub = await stubSteps({ original: original(12 * MiB), ...steps });
    expect((await failureOf(stub.land(ref))).code).toBe(code);
    expect(stub.steps().at(-1)).toBe('abort');
    expect(stub.requests.at(-1)?.url).toContain('uploadId=up1');
  });

  it('that cannot be given up are named beside the first error', async () => {
    const steps = { part: errorAnswer(412, 'PreconditionFailed'), abort: errorAnswer(403, 'AccessDenied') };
    await using stub = await stubSteps({ original: original(12 * MiB), ...steps });
    const error = await failureOf(stub.land(ref));
    expect(error.code).toBe('S3_OBJECT_CHANGED');
    expect(error.details).toMatchObject({ uploadId: 'up1' });
    expect(error.message).toContain('up1');
  });

  it('are not said to be left behind where S3 knows no such upload', async () => {
    const steps = { complete: errorAnswer(500, 'InternalError'), abort: errorAnswer(404, 'NoSuchUpload') };
    await using stub = await stubSteps({ original: original(12 * MiB), ...steps });
    const error = await failureOf(stub.land(ref));
    expect(error.code).toBe('S3_UNAVAILABLE');
    expect(error.message).not.toContain('up1');
  });

  it('are given up on an abort, which ends the copy at once', async () => {
    await using stub = await stubSteps({ original: original(12 * MiB), part: () => {} });
    const abort = new AbortController();
    const outcome = stub.land(ref, { signal: abort.signal }).catch((error: unknown) => error);
    await vi.waitFor(() => expect(stub.steps()).toContain('part'));
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await outcome).toBe(reason);
    expect(stub.steps().at(-1)).toBe('abort');
  });

  it('of an upload that was created after the abort are given up too', async () => {
    await using stub = await stubSteps({ original: original(12 * MiB) });
    const abort = new AbortController();
    stub.client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const result = await next(args);
          if (commandName === 'CreateMultipartUploadCommand') {
            abort.abort(new Error('enough'));
            await turns();
          }
          return result;
        },
      { step: 'initialize' },
    );
    await expect(stub.land(ref, { signal: abort.signal })).rejects.toThrow('enough');
    await vi.waitFor(() => expect(stub.steps()).toEqual(['original', 'existing', 'create', 'abort']));
  });
});

describe('a store that ignores the condition', () => {
  const other = headers({ 'content-length': 0, etag: '"other"', 'x-amz-version-id': 'v1' });
  const otherVersion = headers({ 'content-length': 0, etag: '"e1"', 'x-amz-version-id': 'v9' });
  const noVersion = headers({ 'content-length': 0, etag: '"e1"' });
  const open = async (stub: StubS3, asked: Parameters<LandingCopy>[0]): Promise<unknown> =>
    (await s3Source({ client: stub.client }).open(asked, itemContext())).close?.();

  it.each([
    ['another ETag', other],
    ['another version', otherVersion],
  ])('is found out by %s', async (_what, answer) => {
    await using stub = await stubSteps({ original: answer });
    expect((await failureOf(stub.land(ref))).code).toBe('S3_OBJECT_CHANGED');
    expect((await failureOf(open(stub, ref))).code).toBe('S3_OBJECT_CHANGED');
    await vi.waitFor(() => expect(stub.steps()).not.toContain('copy'));
  });

  it('is trusted without versions where the ETag vouches for the content, and only then', async () => {
    await using stub = await stubSteps({ original: noVersion });
    await open(stub, ref);
    const { etag: _, ...versionOnly } = ref;
    expect((await failureOf(open(stub, versionOnly))).code).toBe('S3_OBJECT_CHANGED');
    await open(stub, { ...versionOnly, versionId: 'null' });
  });
});
