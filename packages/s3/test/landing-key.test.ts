import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseName, defaultLandingKey, type LandingKey, landingKey } from '../src/landing-key.ts';
import { originOf } from '../src/object-version.ts';
import { objectVersions } from './object-versions.ts';

const keyOf = (
  version: Parameters<typeof originOf>[0],
  prefix = 'landing/',
  make: LandingKey = defaultLandingKey,
): string => landingKey(prefix, make, { feed: 'prices', version });

describe('a landing key', () => {
  it('is prefix, feed, digest of the identity, base name', () => {
    expect(keyOf({ bucket: 'inbox', key: '2026/11/prices.csv.gz', etag: 'e' })).toMatch(
      /^landing\/prices\/[0-9a-f]{32}\/prices\.csv\.gz$/,
    );
  });

  it('is the same for the same version, and another one for every other', () => {
    fc.assert(
      fc.property(objectVersions, objectVersions, (one, other) => {
        const again = { ...one, etag: 'e', lastModified: '2026-11-22T10:20:30.000Z' };
        expect(keyOf(again)).toBe(keyOf({ ...one, etag: 'e' }));
        expect(keyOf(one) === keyOf(other)).toBe(originOf(one).id === originOf(other).id);
      }),
    );
  });

  it('never passes 1,024 bytes, and then keeps the end of the base name', () => {
    for (const unit of ['a', 'é', '\u{1f600}']) {
      const made = keyOf({ bucket: 'b', key: `in/${unit.repeat(1000)}.csv.gz`, etag: 'e' });
      expect(Buffer.byteLength(made)).toBeLessThanOrEqual(1024);
      expect(Buffer.byteLength(made)).toBeGreaterThan(1024 - 4);
      expect(made.isWellFormed()).toBe(true);
      expect(made).not.toContain('\ufffd');
      expect(made.endsWith(`${unit}.csv.gz`)).toBe(true);
    }
  });

  it('can be made by the user, below the prefix', () => {
    const version = { bucket: 'inbox', key: 'in/a.gz', etag: 'e', lastModified: '2026-11-22T10:20:30.000Z' };
    const made = keyOf(version, 'p/', ({ feed, bucket, key, digest, origin }) =>
      [feed, origin.lastModified?.slice(0, 10), bucket, digest.length, key].join('|'),
    );
    expect(made).toBe('p/prices|2026-11-22|inbox|32|in/a.gz');
  });

  it.each([
    ['empty', (): string => ''],
    ['too long', (): string => 'x'.repeat(1025)],
    ['no Unicode', (): string => '\ud800'],
  ])('is refused where it is %s', (_what, make) => {
    expect(() => keyOf({ bucket: 'b', key: 'k', etag: 'e' }, '', make)).toThrow(
      expect.objectContaining({ code: 'S3_LANDING_KEY_INVALID' }),
    );
  });
});

describe('a base name', () => {
  it.each([
    ['a b+c/é,;=.gz', 'é,;=.gz'],
    ['plain', 'plain'],
    ['dir/2026-11-22T10:20:30Z (1)!.csv', '2026-11-22T10:20:30Z (1)!.csv'],
    ['folder/', 'folder'],
    ['///', '_'],
    ['a/.', '_'],
    ['a/..', '__'],
    ['a/...', '...'],
    ['a/\u0000\n\u007f\u0085.gz', '____.gz'],
    ['a/x\\y{z}^%`[]"<>~#|.gz', 'x_y_z____________.gz'],
  ])('%j → %j', (key, name) => {
    expect(baseName(key)).toBe(name);
  });
});
