import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { landingHeaders } from '../src/landing-headers.ts';
import { landingMetadata, landingOf, metadataBytes, userMetadata } from '../src/landing-metadata.ts';
import { objectVersions } from './object-versions.ts';

const $metadata = {};
const version = { bucket: 'inbox', key: 'in/é.gz', etag: 'e', size: 5, lastModified: '2026-11-22T10:20:30.000Z' };
const feed = 'prices';

describe('the metadata of a landing copy', () => {
  it('can be read in a console', () => {
    expect(landingMetadata({ feed, version: { ...version, versionId: 'v1' } })).toEqual({
      'millrace-landing': '1',
      'millrace-feed': 'prices',
      'millrace-bucket': 'inbox',
      'millrace-key': 'in/%C3%A9.gz',
      'millrace-version-id': 'v1',
      'millrace-etag': 'e',
      'millrace-size': '5',
      'millrace-last-modified': '2026-11-22T10:20:30.000Z',
    });
  });

  it('says the same again when it is read', () => {
    fc.assert(
      fc.property(objectVersions, (original) => {
        const written = landingMetadata({ feed, version: original });
        expect(Object.values(written).join('')).toMatch(/^[\x21-\x7e]*$/);
        expect(landingOf(written, 'uri')).toEqual({ feed, version: original });
      }),
    );
  });

  it('fits for every key that S3 allows, whatever its characters', () => {
    const keys = ['a'.repeat(1024), 'é'.repeat(512), '\u{1f600}'.repeat(256), '\u0001'.repeat(1024), '%'.repeat(1024)];
    for (const key of keys) {
      const original = {
        bucket: 'b'.repeat(63),
        key,
        versionId: 'v'.repeat(32),
        etag: `${'e'.repeat(32)}-10000`,
        size: 50 * 1024 ** 4,
        lastModified: '2026-11-22T10:20:30.000Z',
      };
      const written = landingMetadata({ feed: 'f'.repeat(128), version: original });
      expect(metadataBytes(written)).toBeLessThanOrEqual(2048);
      expect(landingOf(written, 'uri')?.version).toEqual(original);
    }
  });

  it('is not looked for in an object that has none', () => {
    expect(landingOf(undefined, 'uri')).toBeUndefined();
    expect(landingOf({ 'millrace-feed': 'x', owner: 'someone' }, 'uri')).toBeUndefined();
  });

  it.each([
    ['a later format', { 'millrace-landing': '2' }],
    ['no key', { 'millrace-key': '' }],
    ['a damaged key', { 'millrace-key': '%' }],
    ['a key that is no UTF-8', { 'millrace-key': 'base64url:_w' }],
    ['no feed', { 'millrace-feed': '' }],
    ['a size that is none', { 'millrace-size': 'big' }],
    ['a time that is none', { 'millrace-last-modified': 'yesterday' }],
  ])('is not passed over where it has %s', (_what, damage) => {
    const written = { ...landingMetadata({ feed, version }), ...damage };
    expect(() => landingOf(written, 's3://landing/k')).toThrow(
      expect.objectContaining({ code: 'S3_LANDING_METADATA_INVALID' }),
    );
  });
});

describe('the headers of a landing copy', () => {
  it("keep the user's metadata and the content's, and drop what an earlier copy wrote", () => {
    const earlier = landingMetadata({ feed: 'other', version: { bucket: 'x', key: 'y', versionId: 'z' } });
    const head = {
      $metadata,
      Metadata: { owner: 'supplier', ...earlier },
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      CacheControl: 'no-store',
      ContentLanguage: 'is',
      ContentDisposition: 'attachment',
      ExpiresString: 'Wed, 21 Oct 2026 07:28:00 GMT',
    };
    expect(landingHeaders(head, { feed, version }, 'keep', 'uri')).toEqual({
      Metadata: { owner: 'supplier', ...landingMetadata({ feed, version }) },
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      CacheControl: 'no-store',
      ContentLanguage: 'is',
      ContentDisposition: 'attachment',
      Expires: new Date('2026-10-21T07:28:00Z'),
    });
    expect(userMetadata(head.Metadata)).toEqual({ owner: 'supplier' });
  });

  it("refuse the user's metadata where it does not fit, and land without it on request", () => {
    const Metadata = { note: 'n'.repeat(2000) };
    expect(() => landingHeaders({ $metadata, Metadata }, { feed, version }, 'keep', 'uri')).toThrow(
      expect.objectContaining({ code: 'S3_METADATA_NOT_CARRIED' }),
    );
    const dropped = landingHeaders({ $metadata, Metadata, MissingMeta: 1 }, { feed, version }, 'drop', 'uri');
    expect(dropped.Metadata).toEqual(landingMetadata({ feed, version }));
  });

  it('refuse metadata that S3 cannot hand out', () => {
    expect(() => landingHeaders({ $metadata, MissingMeta: 1 }, { feed, version }, 'keep', 'uri')).toThrow(
      expect.objectContaining({ code: 'S3_METADATA_NOT_CARRIED', details: expect.objectContaining({ missing: 1 }) }),
    );
  });
});
