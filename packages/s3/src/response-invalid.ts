import { MillraceError } from '@millrace/core';
import type { Subject } from './s3-error.ts';

/**
 * The error for a response that came with a status of success, but is not one of S3 to this request: a proxy's page, another
 * request's cached response, or one that was cut. Nothing that it says may be believed.
 */
export function responseInvalid({ action, uri }: Subject, what: string, cause?: unknown): MillraceError {
  return new MillraceError(
    'S3_RESPONSE_INVALID',
    `The response is not one of S3 to this request: ${what}. Try again; if it stays so, look at the proxy or gateway ` +
      `between this process and S3. (Could not ${action} ${uri}.)`,
    { cause, retryable: true, details: { uri } },
  );
}
