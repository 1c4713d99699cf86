import { MillraceError } from '@millrace/core';
import { CHECKSUM_MISMATCH, RESPONSE_INVALID } from './response.ts';
import { withoutMessage } from './without-message.ts';

/**
 * What a failed request means to the sink.
 *
 * - `throttled`: nothing was written because the table or the account has no capacity left; slow down
 * - `hot`: nothing was written because one range of keys has none left; the others need not wait for it
 * - `unavailable`: the service or the way to it is in trouble, or the response is not the operation's; try again, the
 *   outcome is unknown
 * - `item`: the service refuses one item or more of the batch, and so all of it
 * - `fatal`: no item can be written until someone changes something
 */
export interface ServiceFault {
  readonly kind: 'throttled' | 'hot' | 'unavailable' | 'item' | 'fatal';
  /** The coded error, with what the client threw as its cause. It is `retryable` if the same request can succeed later. */
  readonly error: MillraceError;
  /** Requests that were sent until it was thrown. */
  readonly attempts: number;
}

const THROTTLED: readonly string[] = [
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  'TooManyRequestsException',
];

const UNAVAILABLE: readonly string[] = [
  'InternalServerError',
  'InternalFailure',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ReplicatedWriteConflictException',
  'TransactionConflictException',
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
];

/** Responses that are not the service's, or not as it sent them. */
const INVALID: readonly string[] = [RESPONSE_INVALID, CHECKSUM_MISMATCH];

const PASSING: readonly ServiceFault['kind'][] = ['throttled', 'hot', 'unavailable'];

/** Refusals that are about the items or the table. */
const ANSWERS: readonly string[] = [
  'ValidationException',
  'ConditionalCheckFailedException',
  'ItemCollectionSizeLimitExceededException',
  'ReplicatedWriteConflictException',
  'ResourceNotFoundException',
  'RequestTimeout',
  'RequestTimeoutException',
];

/** Codes that Node gives to failures of the network. */
const NETWORK: readonly string[] = [
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
];

const EXPIRED: readonly string[] = ['ExpiredToken', 'ExpiredTokenException'];

const CREDENTIALS: readonly string[] = [
  'CredentialsProviderError',
  'TokenProviderError',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  ...EXPIRED,
];

/** Whether the credentials have run out before their time; others may be there already. */
export function isExpired(thrown: unknown): boolean {
  return EXPIRED.includes(facts(thrown).name);
}

/**
 * Whether the service refused a request for the way in which it was made, not for what it asks: its signature, its date,
 * its credentials, or something that is not known here.
 */
export function isRefusedRequest(thrown: unknown): boolean {
  const { name, status } = facts(thrown);
  if (status < 400 || status >= 500 || status === 413 || status === 429) return false;
  return !THROTTLED.includes(name) && !ANSWERS.includes(name);
}

/**
 * Reads what an SDK client threw, by the names and status codes of the API; messages are for people and never matched.
 * The client's own retries are over by then.
 */
export function serviceFault(thrown: unknown, table: string, access: 'write' | 'read' = 'write'): ServiceFault {
  const { name, code, status, attempts } = facts(thrown);
  const fault = (kind: ServiceFault['kind'], errorCode: string, text: string): ServiceFault => ({
    kind,
    attempts,
    error: new MillraceError(errorCode, `${text} (${reasonOf(thrown)})`, {
      cause: quotesBody(thrown) ? withoutMessage(thrown) : thrown,
      details: { table, reason: name },
      retryable: PASSING.includes(kind) || EXPIRED.includes(name),
    }),
  });
  const invalidResponse = (): ServiceFault => {
    const text =
      `What was received for a request to table ${table} is not DynamoDB's response, so its outcome is unknown. ` +
      'Check the proxies and gateways between here and DynamoDB.';
    return fault('unavailable', 'DYNAMODB_RESPONSE_INVALID', text);
  };
  if (INVALID.includes(name)) return invalidResponse();
  if (THROTTLED.includes(name) || status === 429) {
    const reasons = throttlingReasons(thrown);
    if (reasons.length > 0 && reasons.every((reason) => reason.includes('KeyRange'))) {
      const text = `One key, or a range of keys, of table ${table} gets more ${access}s than one partition takes.`;
      return fault('hot', 'DYNAMODB_KEY_RANGE_THROTTLED', text);
    }
    if (reasons.some((reason) => reason.includes('MaxOnDemand'))) {
      const limit = access === 'read' ? 'MaxReadRequestUnits' : 'MaxWriteRequestUnits';
      const text = `Table ${table} has reached its own OnDemandThroughput.${limit}; raise it or ${access} slower.`;
      return fault('throttled', 'DYNAMODB_MAX_ON_DEMAND_THROUGHPUT', text);
    }
    return fault(
      'throttled',
      'DYNAMODB_THROTTLED',
      `Table ${table} has no ${access} capacity left; raise it or ${access} slower.`,
    );
  }
  if (name === 'ValidationException' || status === 413) {
    return fault('item', 'DYNAMODB_ITEM_INVALID', `Table ${table} refuses the item.`);
  }
  if (name === 'ItemCollectionSizeLimitExceededException') {
    return fault(
      'item',
      'DYNAMODB_ITEM_COLLECTION_FULL',
      `A partition of ${table} has the 10 GB a local index allows.`,
    );
  }
  if (name === 'ResourceNotFoundException') {
    const text = `There is no table ${table} in this account and region, or it is not active yet; see ensureTable().`;
    return fault('fatal', 'DYNAMODB_TABLE_NOT_FOUND', text);
  }
  if (name === 'AccessDeniedException') {
    return fault(
      'fatal',
      'DYNAMODB_ACCESS_DENIED',
      `Access to table ${table} is denied; allow the action that is named.`,
    );
  }
  if (CREDENTIALS.includes(name)) {
    return fault('fatal', 'DYNAMODB_CREDENTIALS_INVALID', 'The AWS credentials are missing, wrong or expired.');
  }
  if (UNAVAILABLE.includes(name) || NETWORK.includes(code) || status >= 500) {
    return fault('unavailable', 'DYNAMODB_UNAVAILABLE', `DynamoDB cannot be reached or fails; table ${table}.`);
  }
  if (isSuccess(status)) return invalidResponse();
  return fault('fatal', 'DYNAMODB_REQUEST_FAILED', `The request to table ${table} failed.`);
}

/** Returns name and message of what was thrown, without anything that a response's body held. */
function reasonOf(thrown: unknown): string {
  const { name, message } = facts(thrown);
  return quotesBody(thrown) ? `${name}: the body could not be read` : `${name}: ${message}`;
}

/** What could not read a body may quote it in its message, and the body may hold records. */
function quotesBody(thrown: unknown): boolean {
  const { name, code, status } = facts(thrown);
  return name === 'SyntaxError' || (isSuccess(status) && !INVALID.includes(name) && !NETWORK.includes(code));
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Reason such as `TableWriteKeyRangeThroughputExceeded`. Absent if the service or its emulator returns none. */
function throttlingReasons(thrown: unknown): readonly string[] {
  const { ThrottlingReasons: reasons } = thrown as { ThrottlingReasons?: unknown };
  if (!Array.isArray(reasons)) return [];
  return (reasons as readonly { reason?: unknown }[]).flatMap(({ reason }) =>
    typeof reason === 'string' ? [reason] : [],
  );
}

interface Facts {
  readonly name: string;
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly attempts: number;
}

function facts(thrown: unknown): Facts {
  if (!(thrown instanceof Error)) {
    return { name: 'unknown', code: '', status: 0, message: String(thrown), attempts: 1 };
  }
  const { code, $metadata } = thrown as {
    code?: unknown;
    $metadata?: { httpStatusCode?: number; attempts?: number };
  };
  return {
    name: thrown.name,
    code: typeof code === 'string' ? code : '',
    status: $metadata?.httpStatusCode ?? 0,
    message: thrown.message,
    attempts: $metadata?.attempts ?? 1,
  };
}
