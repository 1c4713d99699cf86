import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyToLanding, type S3Ref, s3Source } from '../src/index.ts';
import { collect } from './collect.ts';
import { itemContext } from './item-context.ts';
import { type Answer, stubS3 } from './stub-s3.ts';
import { type TestBuckets, testBuckets } from './test-buckets.ts';

const SEQUENCER = '0055AED6DCD90281E5';
const KEYS = ['plain', 'a b+c/é,;=(1)*!.gz', '100%25 & more?x=y#z', '日本/語'];

let buckets: TestBuckets;
let plain: string;
let other: string;

beforeAll(async () => {
  buckets = await testBuckets();
  [plain, other] = [await buckets.create('plain'), await buckets.create('landing')];
});
afterAll(async () => buckets[Symbol.asyncDispose]());

/** What was put, as an event tells it. */
async function put(bucket: string, key: string, Body: string): Promise<S3Ref> {
  const { ETag } = await buckets.client.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.from(Body) }),
  );
  return { bucket, key, etag: ETag!.replaceAll('"', ''), size: Buffer.byteLength(Body), sequencer: SEQUENCER };
}

async function openedId(source: ReturnType<typeof s3Source>, ref: S3Ref): Promise<string> {
  const item = await source.open(ref, itemContext());
  await item.close?.();
  return item.origin.id;
}

/** An object as a bucket with versions, or one that had some, answers it; the local server keeps none. */
const versionAnswer =
  (versionId: string): Answer =>
  ({ method }, response) => {
    response.writeHead(200, { etag: '"e"', 'content-length': 1, 'x-amz-version-id': versionId });
    response.end(method === 'HEAD' ? undefined : 'x');
  };

const spellings = (ref: S3Ref): readonly S3Ref[] => [
  ref,
  { ...ref, etag: `"${ref.etag}"` },
  { ...ref, etag: `W/"${ref.etag}"` },
];

describe('what a reference says of its identity', () => {
  it('is what opening it gives, for events of a bucket without versions', async () => {
    for (const landingCopies of [true, false]) {
      const source = s3Source({ client: buckets.client, landingCopies });
      for (const key of KEYS) {
        const ref = await put(plain, key, `content of ${key}`);
        const id = await openedId(source, ref);
        for (const one of spellings(ref)) {
          expect(source.identify(one)).toMatchObject({
            origin: { id, uri: `s3://${plain}/${key}`, etag: ref.etag, size: ref.size },
            sequencer: SEQUENCER,
            versionTag: ref.etag,
            exact: !landingCopies,
          });
          expect(await openedId(source, one)).toBe(id);
        }
      }
    }
  });

  it.each([
    ['a version', 'v/1+2=', { versionId: 'v/1+2=' }],
    ['the version null', 'null', { versionId: 'null' }],
    ['no version, where versions are suspended', 'null', { sequencer: SEQUENCER }],
  ])('is what opening it gives, for references with %s', async (_what, answered, named) => {
    await using stub = await stubS3(versionAnswer(answered));
    const source = s3Source({ client: stub.client, landingCopies: false });
    const ref = { bucket: 'bucket', key: 'a b', etag: 'e', ...named };
    const id = await openedId(source, ref);
    for (const one of spellings(ref)) expect(source.identify(one)).toMatchObject({ origin: { id }, exact: true });
    const ranged = await source.openRanges(ref, itemContext());
    expect(ranged.origin.id).toBe(id);
    await ranged.close?.();
  });

  it('is another one for another version', () => {
    const source = s3Source({ client: buckets.client });
    const ref = { bucket: 'bucket', key: 'k', etag: 'e' };
    const refs = [ref, { ...ref, versionId: 'v1' }, { ...ref, versionId: 'v2' }, { ...ref, etag: 'f' }];
    expect(new Set(refs.map((one) => source.identify(one)?.origin.id)).size).toBe(4);
  });

  it('is never exact for a listing, which names no version in any bucket', async () => {
    const source = s3Source({ client: buckets.client, landingCopies: false });
    await put(plain, 'listed', 'listed');
    const [listed] = await collect(source.list({ bucket: plain, prefix: 'listed' }));
    expect(source.identify(listed!)).toMatchObject({ origin: { id: await openedId(source, listed!) }, exact: false });
    await using stub = await stubS3(versionAnswer('v1'));
    const versioned = s3Source({ client: stub.client, landingCopies: false });
    const ref = { bucket: 'bucket', key: 'k', etag: 'e' };
    expect(versioned.identify(ref)?.exact).toBe(false);
    expect(versioned.identify(ref)?.origin.id).not.toBe(await openedId(versioned, ref));
  });

  it('is nothing without an ETag, which is part of every id', () => {
    const source = s3Source({ client: buckets.client });
    for (const ref of [{}, { versionId: 'v1' }, { sequencer: SEQUENCER }, { size: 1 }]) {
      expect(source.identify({ bucket: plain, key: 'k', ...ref })).toBeUndefined();
    }
  });

  it('is not exact where the object may turn out to be a landing copy, as this one does', async () => {
    const original = await put(plain, 'original', 'content');
    const land = copyToLanding({ feed: 'prices', target: { bucket: other, prefix: 'l/' }, client: buckets.client });
    const { ref, origin } = await land(original);
    const event = { ...ref, sequencer: SEQUENCER };
    const following = s3Source({ client: buckets.client });
    expect(following.identify(event)).toMatchObject({ exact: false });
    expect(await openedId(following, event)).toBe(origin.id);
    expect(following.identify(event)?.origin.id).not.toBe(origin.id);
    const itself = s3Source({ client: buckets.client, landingCopies: false });
    expect(itself.identify(event)).toMatchObject({ exact: true, origin: { id: await openedId(itself, event) } });
  });
});
