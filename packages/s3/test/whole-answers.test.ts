import type { MillraceError } from '@millrace/core';
import { describe, expect, it, vi } from 'vitest';
import { s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { itemContext } from './item-context.ts';
import { type Answer, inTurn, pageAnswer, type StubS3, stubS3 } from './stub-s3.ts';

const ref = { bucket: 'bucket', key: 'key' };

describe('a whole object', () => {
  const content = 'line 1\nline 2\n';
  const named = { ...ref, etag: 'e', size: content.length };
  const answer =
    (status: number, headers: Record<string, string | number>, body = content): Answer =>
    (_request, response) =>
      void response.writeHead(status, headers).end(body);
  const read = async ({ client }: StubS3, asked: typeof named | typeof ref): Promise<string> => {
    const item = await s3Source({ client, maxResumes: 0 }).open(asked, itemContext());
    try {
      return Buffer.concat(await collect(item.chunks(itemContext()))).toString();
    } finally {
      await item.close?.();
    }
  };

  it.each([
    ['a part of it', answer(206, { etag: '"e"', 'content-range': 'bytes 7-13/14', 'content-length': 7 }, 'line 2\n')],
    ['all of it as a part', answer(206, { etag: '"e"', 'content-range': 'bytes 0-13/14', 'content-length': 14 })],
    ['a part that says that it is all', answer(200, { etag: '"e"', 'content-range': 'bytes 0-6/14' }, 'line 1\n')],
    ['fewer bytes than its version has', answer(200, { etag: '"e"', 'content-length': 7 }, 'line 1\n')],
    ['more bytes than its version has', answer(200, { etag: '"e"', 'content-length': 15 }, `${content}x`)],
    ['a page with an ETag of its own', answer(200, { 'content-type': 'text/html', 'content-length': 14, etag: '"e"' })],
  ] as const)('is not %s', async (what, given) => {
    await using stub = await stubS3(given);
    const error = await failureOf(read(stub, what.includes('page') ? ref : named));
    expect(error).toMatchObject({ code: 'S3_RESPONSE_INVALID', retryable: true });
    await vi.waitFor(() => expect(stub.sockets.size).toBe(0));
  });

  it('may be a page where its ETag, or S3, vouches for it', async () => {
    const html = { 'content-type': 'text/html', 'content-length': 14, etag: '"e"' };
    await using known = await stubS3(answer(200, html));
    expect(await read(known, named)).toBe(content);
    await using signed = await stubS3(answer(200, { ...html, 'x-amz-request-id': 'R' }));
    expect(await read(signed, ref)).toBe(content);
  });

  it('that comes without a length ends where its version does, and not before', async () => {
    const chunked =
      (body: string): Answer =>
      (_request, response) => {
        response.writeHead(200, { etag: '"e"' });
        response.write(body);
        response.end();
      };
    await using whole = await stubS3(chunked(content));
    expect(await read(whole, named)).toBe(content);
    await using short = await stubS3(chunked('line 1\n'));
    expect(await failureOf(read(short, named))).toMatchObject({ code: 'S3_BODY_TRUNCATED', retryable: true });
    await using long = await stubS3(chunked(`${content}x`));
    expect((await failureOf(read(long, named))).code).toBe('S3_BODY_CORRUPT');
  });

  it('is gone on with at the byte that was reached, though its length came with the reference alone', async () => {
    const first: Answer = (_request, response) => {
      response.writeHead(200, { etag: '"e"' });
      response.write('line 1\n');
      response.end();
    };
    const rest = answer(206, { etag: '"e"', 'content-range': 'bytes 7-13/14', 'content-length': 7 }, 'line 2\n');
    await using stub = await stubS3(inTurn(first, rest));
    const item = await s3Source({ client: stub.client }).open(named, itemContext());
    expect(Buffer.concat(await collect(item.chunks(itemContext()))).toString()).toBe(content);
    expect(stub.requests.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=7-']);
  });

  it('is not gone on with by a range that nothing holds to its version', async () => {
    const broken: Answer = (_request, response) => {
      response.writeHead(200, { etag: '"e"', 'content-length': 14 });
      response.write('line 1\n', () => response.socket?.end());
    };
    const unnamed = answer(206, { 'content-range': 'bytes 7-13/14', 'content-length': 7 }, 'line 2\n');
    await using stub = await stubS3(inTurn(broken, unnamed));
    const item = await s3Source({ client: stub.client }).open(named, itemContext());
    const error: MillraceError = await failureOf(collect(item.chunks(itemContext())));
    expect(error.code).toBeOneOf(['S3_RESPONSE_INVALID', 'S3_RANGE_IGNORED']);
  });

  it('may have another size where the reference names no version', async () => {
    await using stub = await stubS3(answer(200, { etag: '"e"', 'content-length': 14 }));
    expect(await read(stub, { ...ref, size: 700 } as typeof ref)).toBe(content);
  });
});

describe('a page of a listing', () => {
  const query = { bucket: 'bucket' };
  const listed = async (answer: Answer, more: object = {}): Promise<MillraceError> => {
    await using stub = await stubS3(answer);
    return await failureOf(collect(s3Source({ client: stub.client }).list({ ...query, ...more })));
  };
  const body =
    (inner: string): Answer =>
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(`<ListBucketResult><Name>bucket</Name>${inner}</ListBucketResult>`);
    };

  it('has all the keys that it announces, and says whether others follow', async () => {
    const one = '<Contents><Key>a</Key></Contents>';
    for (const inner of [`<IsTruncated>false</IsTruncated><KeyCount>2</KeyCount>${one}`, one]) {
      expect(await listed(body(inner))).toMatchObject({ code: 'S3_RESPONSE_INVALID', retryable: true });
    }
  });

  it('is of the prefix, and comes after the key, that was asked for', async () => {
    expect((await listed(pageAnswer(['other/a']), { prefix: 'in/' })).code).toBe('S3_LISTING_INCONSISTENT');
    expect((await listed(pageAnswer(['a', 'c']), { startAfter: 'b' })).code).toBe('S3_LISTING_INCONSISTENT');
  });

  it('that does not come is given up', async () => {
    await using stub = await stubS3(() => {});
    const listing = s3Source({ client: stub.client, idleTimeoutMs: 50 }).list(query);
    expect(await failureOf(collect(listing))).toMatchObject({ code: 'S3_UNAVAILABLE', retryable: true });
  });
});
