import fc from 'fast-check';
import type { ObjectVersion } from '../src/object-version.ts';

const text = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength }),
    fc.string({
      unit: fc.constantFrom('a', '/', '?', '&', '=', '%', '2', 'F', '+', ' ', '.', "'", '*'),
      minLength: 1,
      maxLength,
    }),
  );

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** Versions of objects as S3 may describe them, awkward ones first. */
export const objectVersions: fc.Arbitrary<ObjectVersion> = fc
  .record({
    bucket: fc.oneof(
      fc.stringMatching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
      fc.constant('arn:aws:s3:eu-west-1:1:accesspoint/p'),
    ),
    key: text(80),
    versionId: optional(fc.oneof(fc.stringMatching(/^[\w.-]{32}$/), text(20))),
    etag: optional(fc.oneof(fc.stringMatching(/^[0-9a-f]{32}(-\d{1,4})?$/), text(20))),
    size: optional(fc.nat()),
    lastModified: optional(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2999-01-01') })),
  })
  .map(({ bucket, key, lastModified, ...rest }) => {
    const known = Object.entries({ ...rest, lastModified: lastModified?.toISOString() });
    return { bucket, key, ...Object.fromEntries(known.filter(([, value]) => value !== undefined)) };
  })
  .map((version: ObjectVersion) => {
    const { versionId, etag, size, lastModified } = version;
    const named = (versionId ?? etag) !== undefined || (size !== undefined && lastModified !== undefined);
    return named ? version : { ...version, etag: 'e' };
  });
