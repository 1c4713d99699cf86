import { describe, expect, it } from 'vitest';
import { s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { failureOf } from './failure-of.ts';
import { errorAnswer, inTurn, pageAnswer, stubS3 } from './stub-s3.ts';

const query = { bucket: 'bucket' };

const keysOf = async (refs: AsyncIterable<{ key: string }>): Promise<string[]> =>
  (await collect(refs)).map(({ key }) => key);

describe('keys in a listing', () => {
  it('are decoded where S3 says that it encoded them', async () => {
    await using stub = await stubS3(pageAnswer(['%01%02', 'a+b%2Bc/%C3%A9%2C%3B%3D.gz', 'b%2525'], { encoded: true }));
    const keys = await keysOf(s3Source({ client: stub.client }).list(query));
    expect(keys).toEqual(['\u0001\u0002', 'a b+c/é,;=.gz', 'b%25']);
    expect(stub.requests[0]?.url).toContain('encoding-type=url');
  });

  it('are taken as they stand where a store ignores the request', async () => {
    await using stub = await stubS3(pageAnswer(['a b+c/é,;=.gz', 'b%2B', 'c+d']));
    expect(await keysOf(s3Source({ client: stub.client }).list(query))).toEqual(['a b+c/é,;=.gz', 'b%2B', 'c+d']);
  });

  it('leave out what tools leave beside files, unless it is asked for', async () => {
    const answer = pageAnswer(
      ['in/', 'in/.DS_Store', 'in/_SUCCESS', 'in/__MACOSX/._a', 'in/a.csv', 'in/b_$folder$', 'in/c/'],
      {
        sizes: { 'in/': 0, 'in/b_$folder$': 0 },
      },
    );
    await using stub = await stubS3(answer);
    const source = s3Source({ client: stub.client });
    // A folder that has content is a file whose name is odd.
    expect(await keysOf(source.list(query))).toEqual(['in/a.csv', 'in/c/']);
    expect(await keysOf(source.list({ ...query, sideObjects: 'include' }))).toHaveLength(7);
  });

  it('come with ETag and size, time and storage class if the store says them, and nothing else', async () => {
    await using stub = await stubS3(
      pageAnswer(['k', 'l'], { elements: { l: written('2026-11-28T03:04:05.000Z', 'STANDARD_IA') } }),
    );
    const refs = await collect(s3Source({ client: stub.client }).list(query));
    expect(refs).toEqual([
      { bucket: 'bucket', key: 'k', etag: 'etag', size: 7 },
      {
        ...{ bucket: 'bucket', key: 'l', etag: 'etag', size: 7 },
        lastModified: '2026-11-28T03:04:05.000Z',
        storageClass: 'STANDARD_IA',
      },
    ]);
  });
});

/** What S3 says of a listed object beside key, tag and size. */
function written(at: string, storageClass = 'STANDARD', more = ''): string {
  return `<LastModified>${at}</LastModified><StorageClass>${storageClass}</StorageClass>${more}`;
}

describe('a filter of a listing', () => {
  const restore = (isUnderWay: boolean, until?: string): string =>
    `<RestoreStatus><IsRestoreInProgress>${isUnderWay}</IsRestoreInProgress>${until ? `<RestoreExpiryDate>${until}</RestoreExpiryDate>` : ''}</RestoreStatus>`;
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const answer = pageAnswer(keys, {
    sizes: { a: 0, b: 10, c: 1000 },
    elements: {
      a: written('2026-11-27T23:59:59.000Z'),
      b: written('2026-11-28T00:00:00.000Z', 'STANDARD_IA'),
      c: written('2026-11-28T23:59:59.000Z', 'GLACIER'),
      d: written('2026-11-29T00:00:00.000Z', 'DEEP_ARCHIVE', restore(true)),
      e: written('2026-11-29T00:00:00.000Z', 'GLACIER', restore(false, '2026-12-05T00:00:00.000Z')),
      f: written('2026-11-29T00:00:00.000Z', 'GLACIER_IR'),
      g: written('2026-11-29T00:00:00.000Z', 'INTELLIGENT_TIERING'),
    },
  });

  it.each<[object, string]>([
    [{ since: new Date('2026-11-28') }, 'bcdefg'],
    [{ until: new Date('2026-11-28') }, 'a'],
    [{ since: new Date('2026-11-28'), until: new Date('2026-11-29') }, 'bc'],
    [{ minSize: 1, maxSize: 10 }, 'bdefg'],
    [{ minSize: 8 }, 'bc'],
    [{ maxSize: 0 }, 'a'],
    [{ storageClass: 'STANDARD' }, 'a'],
    [{ storageClass: ['STANDARD', 'GLACIER_IR'] }, 'af'],
    [{ archived: 'include' }, 'abcdefg'],
    [{ archived: 'mark' }, 'abcdefg'],
    [{ archived: 'skip' }, 'abefg'],
    [{ archived: 'only' }, 'cd'],
    [{ archived: 'only', storageClass: 'GLACIER', minSize: 1000 }, 'c'],
  ])('%j', async (filter, expected) => {
    await using stub = await stubS3(answer);
    expect((await keysOf(s3Source({ client: stub.client }).list({ ...query, ...filter }))).join('')).toBe(expected);
  });

  it('says of archived objects whether they are restored, and asks for it only then', async () => {
    await using stub = await stubS3(answer);
    const source = s3Source({ client: stub.client });
    const states = async (filter: object): Promise<readonly unknown[]> =>
      (await collect(source.list({ ...query, ...filter }))).map(({ archive }) => archive);
    const [none, , , c, d, e] = [undefined, undefined, undefined, 'archived', 'restoring', 'restored'];
    expect(await states({ archived: 'mark' })).toEqual([none, none, c, d, e, none, none]);
    expect(await states({})).toEqual(keys.map(() => undefined));
    expect(stub.requests.map(({ headers }) => headers['x-amz-optional-object-attributes'])).toEqual([
      'RestoreStatus',
      undefined,
    ]);
  });

  it('divides a listing into shares', async () => {
    await using stub = await stubS3(answer);
    const source = s3Source({ client: stub.client });
    const shares = await Promise.all(['1/3', '2/3', '3/3'].map((share) => keysOf(source.list({ ...query, share }))));
    expect(shares.flat().toSorted()).toEqual(keys);
    expect(await Promise.all([1, 2, 3].map(() => keysOf(source.list({ ...query, share: '2/3' }))))).toEqual(
      [1, 2, 3].map(() => shares[1]),
    );
  });

  it('fails if the listing has nothing to filter by', async () => {
    await using stub = await stubS3(pageAnswer(['k']));
    const listing = s3Source({ client: stub.client }).list({ ...query, since: new Date(0) });
    expect((await failureOf(collect(listing))).code).toBe('S3_LISTING_INCONSISTENT');
  });

  it.each<[object]>([
    [{ since: '2026-11-28' }],
    [{ until: new Date('never') }],
    [{ minSize: -1 }],
    [{ storageClass: [] }],
    [{ archived: 'yes' }],
    [{ share: '5/4' }],
  ])('refuses %j', async (filter) => {
    const list = () => s3Source().list({ ...query, ...filter } as never);
    expect(list).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('pages', () => {
  const three = (): ReturnType<typeof inTurn> =>
    inTurn(pageAnswer(['p qa', 'p qb'], { token: 't1' }), pageAnswer([], { token: 't2' }), pageAnswer(['p qc']));

  it('are asked for one by one, as the iteration goes on', async () => {
    await using stub = await stubS3(three());
    const listing = s3Source({ client: stub.client }).list({ ...query, startAfter: '0', prefix: 'p q', pageSize: 2 });
    expect(stub.requests).toHaveLength(0);
    const refs = listing[Symbol.asyncIterator]();
    await refs.next();
    await refs.next();
    expect(stub.requests).toHaveLength(1);
    expect((await refs.next()).value).toMatchObject({ key: 'p qc' });
    expect((await refs.next()).done).toBe(true);
    const asked = stub.requests.map(({ url }) => new URL(url ?? '', 'http://stub').searchParams);
    expect(asked.map((params) => params.get('start-after'))).toEqual(['0', null, null]);
    expect(asked.map((params) => params.get('continuation-token'))).toEqual([null, 't1', 't2']);
    expect(asked.map((params) => params.get('prefix'))).toEqual(['p q', 'p q', 'p q']);
    expect(asked.map((params) => params.get('max-keys'))).toEqual(['2', '2', '2']);
  });

  it('begin anew with each iteration', async () => {
    await using stub = await stubS3(pageAnswer(['a', 'b']));
    const listing = s3Source({ client: stub.client }).list(query);
    expect(await keysOf(listing)).toEqual(await keysOf(listing));
    expect(stub.requests).toHaveLength(2);
  });

  it('are filtered by suffix', async () => {
    await using stub = await stubS3(pageAnswer(['a.csv', 'b.gz', 'c.gz.tmp', 'd.gz']));
    expect(await keysOf(s3Source({ client: stub.client }).list({ ...query, suffix: '.gz' }))).toEqual(['b.gz', 'd.gz']);
  });

  it('end with the reason of the signal', async () => {
    await using stub = await stubS3(three());
    const abort = new AbortController();
    const refs = s3Source({ client: stub.client })
      .list({ ...query, signal: abort.signal })
      [Symbol.asyncIterator]();
    await refs.next();
    await refs.next();
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(refs.next()).rejects.toBe(reason);
    expect(stub.requests).toHaveLength(1);
  });
});

describe('a partial truth is refused', () => {
  it.each([
    ['a token that comes twice', inTurn(pageAnswer(['a'], { token: 't' }), pageAnswer(['b'], { token: 't' }))],
    [
      'a circle of tokens',
      inTurn(pageAnswer(['a'], { token: 't' }), pageAnswer(['b'], { token: 'u' }), pageAnswer(['c'], { token: 't' })),
    ],
    ['a cut page without a token', pageAnswer(['a'], { token: '' })],
    ['a key that comes twice', inTurn(pageAnswer(['a', 'b'], { token: 't' }), pageAnswer(['b', 'c']))],
    ['keys out of order, as a store that sorts by locale has them', pageAnswer(['a', 'B'])],
    ['keys in the order of UTF-16 and not of UTF-8', pageAnswer(['\u{1f600}', '\uff01'])],
    ['an object without a key', pageAnswer([''])],
    ['a key that is not encoded as announced', pageAnswer(['a%'], { encoded: true })],
  ])('%s', async (_what, answer) => {
    await using stub = await stubS3(answer);
    const error = await failureOf(collect(s3Source({ client: stub.client }).list(query)));
    expect(error.code).toBe('S3_LISTING_INCONSISTENT');
    expect(error.details).toMatchObject({ uri: 's3://bucket/' });
  });

  it('an error in the middle', async () => {
    await using stub = await stubS3(inTurn(pageAnswer(['a'], { token: 't' }), errorAnswer(403, 'AccessDenied')));
    const seen: string[] = [];
    const listing = async (): Promise<void> => {
      for await (const { key } of s3Source({ client: stub.client }).list(query)) seen.push(key);
    };
    expect((await failureOf(listing())).code).toBe('S3_ACCESS_DENIED');
    expect(seen).toEqual(['a']);
  });

  it('but a directory bucket may list in any order', async () => {
    await using stub = await stubS3(pageAnswer(['b', 'a']));
    const client = stub.clientWith({ disableS3ExpressSessionAuth: true });
    const listing = s3Source({ client }).list({ bucket: 'bucket--use1-az4--x-s3' });
    expect(await keysOf(listing)).toEqual(['b', 'a']);
  });
});
