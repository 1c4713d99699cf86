import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copySource } from '../src/copy-source.ts';
import { answeredVersion, originOf } from '../src/object-version.ts';
import { objectVersions } from './object-versions.ts';

const ref = { bucket: 'inbox', key: "a b+c/é,;='(1)*!.gz" };

describe('the id of an item', () => {
  it('is made of what S3 answered: place, version, ETag', () => {
    const origin = originOf(
      answeredVersion(ref, {
        VersionId: 'v/1',
        ETag: '"abc-2"',
        ContentLength: 5,
        LastModified: new Date('2026-11-22T10:20:30Z'),
      }),
    );
    expect(origin).toEqual({
      id: 's3://inbox/a%20b%2Bc/%C3%A9%2C%3B%3D%27%281%29%2A%21.gz?versionId=v%2F1&etag=abc-2',
      uri: "s3://inbox/a b+c/é,;='(1)*!.gz",
      versionId: 'v/1',
      etag: 'abc-2',
      size: 5,
      lastModified: '2026-11-22T10:20:30.000Z',
    });
  });

  it('does not depend on how the reference names the version', () => {
    const answer = { VersionId: 'v1', ETag: '"e"' };
    const listed = originOf(answeredVersion({ ...ref, etag: '"e"', size: 1 }, answer));
    const evented = originOf(answeredVersion({ ...ref, etag: 'e', versionId: 'v1', sequencer: '0A' }, answer));
    expect(listed).toEqual(evented);
  });

  it('stays when versioning is switched on after the object was written', () => {
    const before = originOf(answeredVersion(ref, { ETag: '"e"' }));
    const after = originOf(answeredVersion(ref, { ETag: '"e"', VersionId: 'null' }));
    expect(after).toEqual(before);
    expect(after.id).not.toContain('versionId');
  });

  it('is plain ASCII without spaces, and another one for every other version', () => {
    const identity = ({ bucket, key, versionId, etag, lastModified, size }: Parameters<typeof originOf>[0]): string =>
      JSON.stringify([
        bucket,
        key,
        versionId,
        etag,
        ...((versionId ?? etag) === undefined ? [lastModified, size] : []),
      ]);
    fc.assert(
      fc.property(objectVersions, objectVersions, (one, other) => {
        expect(originOf(one).id).toMatch(/^s3:\/\/[\x21-\x7e]+$/);
        expect(originOf(one).id === originOf(other).id).toBe(identity(one) === identity(other));
      }),
    );
  });

  it('tells apart what looks alike', () => {
    const ids = [
      originOf({ bucket: 'b', key: 'k', versionId: 'v' }),
      originOf({ bucket: 'b', key: 'k?versionId=v', etag: 'e' }),
      originOf({ bucket: 'b', key: 'k', etag: 'v' }),
      originOf({ bucket: 'b', key: 'k%3FversionId=v', etag: 'e' }),
      originOf({ bucket: 'b', key: 'k', versionId: 'v&etag=e' }),
      originOf({ bucket: 'b', key: 'k', versionId: 'v', etag: 'e' }),
      originOf({ bucket: 'b', key: '/k', etag: 'e' }),
      originOf({ bucket: 'b', key: 'k/', etag: 'e' }),
      originOf({ bucket: 'b', key: 'é', etag: 'e' }),
      originOf({ bucket: 'b', key: 'e\u0301', etag: 'e' }),
      originOf({ bucket: 'b', key: 'k', lastModified: '2026-11-22T10:20:30.000Z', size: 1 }),
      originOf({ bucket: 'b', key: 'k', lastModified: '2026-11-22T10:20:30.000Z', size: 2 }),
      originOf({ bucket: 'b', key: 'k', lastModified: '2026-11-22T10:20:31.000Z', size: 1 }),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the source of a copy', () => {
  it('is encoded, and pinned to version and ETag', () => {
    expect(copySource({ ...ref, versionId: 'v 1', etag: 'e' })).toEqual({
      CopySource: 'inbox/a%20b%2Bc/%C3%A9%2C%3B%3D%27%281%29%2A%21.gz?versionId=v%201',
      CopySourceIfMatch: '"e"',
    });
    expect(copySource({ bucket: 'b', key: 'k?versionId=x' })).toEqual({ CopySource: 'b/k%3FversionId%3Dx' });
  });

  it('names an object behind an access point as S3 wants it', () => {
    const bucket = 'arn:aws:s3:eu-west-1:1:accesspoint/p';
    expect(copySource({ bucket, key: 'a/b' }).CopySource).toBe(
      'arn%3Aaws%3As3%3Aeu-west-1%3A1%3Aaccesspoint%2Fp/object/a/b',
    );
  });
});
