import { check } from '@millrace/core/plugin';
import type { FaultBase, FaultKind } from '../fault-kind.ts';

/** Why a request was throttled. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html */
export interface ThrottlingReason {
  /** Such as `TableWriteProvisionedThroughputExceeded` or `TableWriteKeyRangeThroughputExceeded`. */
  readonly reason: string;
  /** ARN of the table or index. */
  readonly resource: string;
}

/**
 * Returns an error of DynamoDB; the target does not receive the call.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
export interface DynamodbErrorFault extends FaultBase {
  readonly kind: 'dynamodbError';
  /** Such as `ProvisionedThroughputExceededException`, `ThrottlingException`, `RequestLimitExceeded`. */
  readonly code: string;
  /** The HTTP status. @default 500 for `InternalServerError`, 503 for `ServiceUnavailable`, else 400 */
  readonly status?: number;
  readonly message?: string;
  /** What `ThrottlingReasons` of the error holds. @default none */
  readonly reasons?: readonly ThrottlingReason[];
}

const STATUSES: Readonly<Record<string, number>> = { InternalServerError: 500, ServiceUnavailable: 503 };

export const dynamodbError: FaultKind<DynamodbErrorFault> = {
  service: 'dynamodb',
  checks: () => ({
    code: check.text,
    status: check.optional(check.integer(300, 599)),
    message: check.optional(check.text),
    reasons: check.optional((value) => (Array.isArray(value) ? undefined : 'an array of reasons')),
  }),
  inject: async ({ reply, fired }, { code, status, message = `Injected ${code}`, reasons }) => {
    fired();
    // One exception of the three that carry reasons spells the member in lower case.
    const member = code === 'ThrottlingException' ? 'throttlingReasons' : 'ThrottlingReasons';
    const body = {
      __type: `com.amazonaws.dynamodb.v20120810#${code}`,
      message,
      ...(reasons === undefined ? {} : { [member]: reasons }),
    };
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'FAULTPROXY' };
    await reply(status ?? STATUSES[code] ?? 400, headers, JSON.stringify(body));
  },
};
