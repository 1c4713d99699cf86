import { MillraceError } from '@millrace/core';

/**
 * Undoes the encoding of keys in S3 notifications, which is that of HTML forms: a space is sent as `+`, and `+` itself as
 * `%2B`. So `+` must become a space before the percent sequences are decoded, never after.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 *
 * @throws MillraceError `LAMBDA_KEY_INVALID` where a percent sequence is malformed or is not UTF-8
 */
export function decodeKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch (cause) {
    throw new MillraceError(
      'LAMBDA_KEY_INVALID',
      `The event's key ${JSON.stringify(encoded)} is not encoded as S3 encodes keys, so the object's name cannot be ` +
        'known. Find out what sent this event.',
      { cause, details: { key: encoded } },
    );
  }
}
