import { MillraceError } from '@millrace/core';
import { check, checkOptions, type OptionCheck } from '@millrace/core/plugin';

/**
 * How an event encodes a key:
 *
 * - `form`: as HTML forms do: a space is `+`, and `+` itself is `%2B`
 * - `percent`: percent sequences alone; `+` is a plus sign
 * - `none`: as the key is in the bucket
 * - a function from the key in the event to the key in the bucket, for anything else
 */
export type KeyEncoding = 'form' | 'percent' | 'none' | ((encoded: string) => string);

/**
 * How keys are encoded, by what tells them. The defaults are what AWS does; stores that are compatible with S3 may differ:
 * Ceph's notifications carry keys as they are.
 */
export interface KeyEncodings {
  /** S3 notifications, whatever carries them. @default 'form' */
  readonly notification?: KeyEncoding;
  /** S3 events of EventBridge, whatever carries them. @default 'none' */
  readonly eventBridge?: KeyEncoding;
  /** Tasks of S3 Batch Operations. @default 'form', as S3 Inventory writes manifests */
  readonly s3Batch?: KeyEncoding;
  /** Items of a Distributed Map. @default 'none' */
  readonly map?: KeyEncoding;
  /** Lists of references. @default 'none' */
  readonly references?: KeyEncoding;
}

/** The encodings with their defaults. */
export type KeyDecoders = { readonly [K in keyof Required<KeyEncodings>]: (encoded: string) => string };

export const checkKeys: OptionCheck = (value) => {
  if (value === undefined) return undefined;
  const encoding = check.optional((one) =>
    typeof one === 'function' || one === 'form' || one === 'percent' || one === 'none'
      ? undefined
      : '"form", "percent", "none" or a function',
  );
  checkOptions<KeyEncodings>('keys', value as KeyEncodings, {
    notification: encoding,
    eventBridge: encoding,
    s3Batch: encoding,
    map: encoding,
    references: encoding,
  });
  return undefined;
};

export function keyDecoders(keys: KeyEncodings = {}): KeyDecoders {
  return {
    notification: decoder(keys.notification ?? 'form'),
    eventBridge: decoder(keys.eventBridge ?? 'none'),
    s3Batch: decoder(keys.s3Batch ?? 'form'),
    map: decoder(keys.map ?? 'none'),
    references: decoder(keys.references ?? 'none'),
  };
}

function decoder(encoding: KeyEncoding): (encoded: string) => string {
  if (encoding === 'none') return (key) => key;
  if (encoding === 'percent') return (encoded) => decode(encoded, decodeURIComponent);
  if (encoding === 'form') return (encoded) => decode(encoded, decodeForm);
  return (encoded) => decode(encoded, encoding);
}

/**
 * `+` must become a space before the percent sequences are decoded, never after.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
function decodeForm(encoded: string): string {
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}

/** @throws MillraceError `LAMBDA_KEY_INVALID` where a percent sequence is malformed or is not UTF-8 */
function decode(encoded: string, undo: (encoded: string) => string): string {
  let cause: unknown;
  try {
    const key: unknown = undo(encoded);
    if (typeof key === 'string' && key !== '') return key;
  } catch (thrown) {
    cause = thrown;
  }
  throw new MillraceError(
    'LAMBDA_KEY_INVALID',
    `The event's key ${JSON.stringify(encoded)} is not encoded as keys of its kind are, so the object's name cannot be ` +
      'known. Find out what sent this event, and set the option "keys" where its keys are encoded in another way.',
    { cause, details: { key: encoded } },
  );
}
