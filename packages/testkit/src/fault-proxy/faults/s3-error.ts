import { check } from '@millrace/core/plugin';
import type { FaultBase, FaultKind } from '../fault-kind.ts';

/**
 * Returns an error of S3; the target does not receive the call.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export interface S3ErrorFault extends FaultBase {
  readonly kind: 's3Error';
  /** Such as `SlowDown`, `InternalError`, `AccessDenied`, `PreconditionFailed`. */
  readonly code: string;
  /** The HTTP status that belongs to the code, such as 503 for `SlowDown`. */
  readonly status: number;
  readonly message?: string;
}

export const s3Error: FaultKind<S3ErrorFault> = {
  service: 's3',
  checks: () => ({ code: check.text, status: check.integer(300, 599), message: check.optional(check.text) }),
  inject: async ({ reply, fired, call }, { code, status, message = `Injected ${code}` }) => {
    fired();
    const id = 'FAULTPROXY000000';
    const body =
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${id}</RequestId></Error>`;
    const headers = { 'content-type': 'application/xml', 'x-amz-request-id': id, 'x-amz-id-2': 'fault-proxy' };
    // An answer to HEAD has no body, so that only the status tells what is wrong.
    await reply(status, headers, call.method === 'HEAD' ? '' : body);
  },
};
