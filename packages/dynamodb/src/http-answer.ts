import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { withBinary } from './attribute-values.ts';
import { batchAnswer } from './batch-answer.ts';
import type { HttpAnswer } from './exchange.ts';
import { checkChecksum, isObject } from './response.ts';
import type { Answer } from './sender.ts';

/** The body of an error, by the JSON protocol. */
interface ErrorBody {
  readonly __type?: string;
  readonly code?: string;
  readonly message?: string;
  readonly Message?: string;
  readonly ThrottlingReasons?: unknown;
}

/**
 * Reads the response to a BatchWriteItem.
 *
 * @param isTable whether a table that the response names is the one that was sent to
 * @throws DynamoDBServiceException for an error of the service, with name, status, request id and throttling reasons, as
 *   an SDK client throws it
 * @throws Error `ResponseChecksumMismatch` if the body is not as it was sent; `ResponseInvalid` or `SyntaxError` if it is not a
 *   response of the operation
 */
export function readAnswer(answered: HttpAnswer, isTable: (name: string) => boolean): Answer {
  const { status, headers, body } = answered;
  checkChecksum(headers['x-amz-crc32'], body, metadata(answered));
  const parsed = parse(answered);
  if (status !== 200) throw serviceError(isObject(parsed) ? (parsed as ErrorBody) : {}, answered);
  const answer = batchAnswer(parsed, isTable, metadata(answered));
  for (const item of answer.unprocessed) withBinary(item);
  return answer;
}

function parse(answered: HttpAnswer): unknown {
  // An error may come without a body. A success without one says nothing of what was written.
  if (answered.body.length === 0) return {};
  try {
    return JSON.parse(answered.body.toString()) as unknown;
  } catch {
    // Something between here and the service has answered; the status says what to do. What it said may be of the records.
    throw withMetadata(new Error('The body is not valid JSON.'), 'SyntaxError', answered);
  }
}

function serviceError(body: ErrorBody, answered: HttpAnswer): Error {
  const { __type, code, message, Message, ThrottlingReasons } = body;
  const type = answered.headers['x-amzn-errortype'] ?? code ?? __type ?? 'Unknown';
  // Such as `com.amazonaws.dynamodb.v20120810#ThrottlingException`, or followed by a colon and a URI.
  const name = String(type).split('#').at(-1)!.split(':')[0]!;
  const error = new DynamoDBServiceException({
    name,
    $fault: answered.status >= 500 ? 'server' : 'client',
    message: message ?? Message ?? name,
    $metadata: metadata(answered),
  });
  return ThrottlingReasons === undefined ? error : Object.assign(error, { ThrottlingReasons });
}

function withMetadata(error: Error, name: string, answered: HttpAnswer): Error {
  return Object.assign(error, { name, $metadata: metadata(answered) });
}

function metadata({ status, headers, attempts }: HttpAnswer): DynamoDBServiceException['$metadata'] {
  const requestId = headers['x-amzn-requestid'];
  return { httpStatusCode: status, attempts, ...(typeof requestId === 'string' && { requestId }) };
}
