import { createHash } from 'node:crypto';
import { type ItemOrigin, MillraceError } from '@millrace/core';
import type { Landing } from './landing-metadata.ts';
import { originOf } from './object-version.ts';

/** What a landing key may be made of; all of it follows from the original and the feed, nothing from the clock. */
export interface LandingKeyParts {
  readonly feed: string;
  /** Bucket and key of the original. */
  readonly bucket: string;
  readonly key: string;
  /** First 32 hexadecimal digits of the SHA-256 of the origin's id: different for any two versions of any two objects. */
  readonly digest: string;
  /** Last part of the original's key, with control characters and those that S3 advises against replaced by `_`. */
  readonly baseName: string;
  readonly origin: ItemOrigin;
}

/** Makes the part of a landing key that follows the target's prefix. */
export type LandingKey = (parts: LandingKeyParts) => string;

/** S3's limit on a key, in bytes of UTF-8 (user guide, "Naming Amazon S3 objects"). */
const MAX_KEY_BYTES = 1024;

/** `<feed>/<digest>/<base name>`. */
export const defaultLandingKey: LandingKey = ({ feed, digest, baseName }) => `${feed}/${digest}/${baseName}`;

/**
 * The key under which the copy of one version lies. A key that would be too long loses the front of its base name: the
 * digest keeps it unique, and its end, which routes look at, stays.
 *
 * @throws MillraceError `S3_LANDING_KEY_INVALID`
 */
export function landingKey(prefix: string, make: LandingKey, { feed, version }: Landing): string {
  const { bucket, key } = version;
  const origin = originOf(version);
  const digest = createHash('sha256').update(origin.id).digest('hex').slice(0, 32);
  const name = baseName(key);
  const at = (shown: string): string => prefix + make({ feed, bucket, key, digest, baseName: shown, origin });
  let made = at(name);
  const excess = Buffer.byteLength(made) - MAX_KEY_BYTES;
  if (excess > 0) made = at(withoutFront(name, excess));
  if (made === prefix || !made.isWellFormed() || Buffer.byteLength(made) > MAX_KEY_BYTES) {
    throw new MillraceError(
      'S3_LANDING_KEY_INVALID',
      `The landing copy of ${origin.uri} would get the key ${JSON.stringify(made)}; a key has 1 to 1024 bytes of UTF-8. ` +
        'Look at the options target.prefix and key.',
      { details: { key: made } },
    );
  }
  return made;
}

/**
 * Last part of a key that is not empty. Control characters and those that S3 advises against (user guide, "Naming
 * Amazon S3 objects") become `_`, and so do the names `.` and `..`.
 */
export function baseName(key: string): string {
  const last = key.split('/').findLast((part) => part !== '') ?? '';
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const safe = last.replaceAll(/[\u0000-\u001f\u007f-\u009f\\{}^%`[\]"<>~#|]/g, '_');
  return /^\.{0,2}$/.test(safe) ? '_'.repeat(Math.max(1, safe.length)) : safe;
}

/** Drops at least `bytes` bytes of UTF-8 at the front, whole characters only. */
function withoutFront(name: string, bytes: number): string {
  const encoded = Buffer.from(name);
  let start = bytes;
  // Bytes 10xxxxxx continue a character.
  while (((encoded[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return encoded.toString('utf8', start);
}
