import * as zlib from 'node:zlib';
import { type BatchWriteItemCommandOutput, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { withBinary } from './attribute-values.ts';
import type { HttpAnswer } from './exchange.ts';
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
 * Reads the answer to a BatchWriteItem.
 *
 * @throws DynamoDBServiceException for an error of the service, with name, status, request id and throttling reasons, as
 *   an SDK client throws it
 * @throws Error `ResponseChecksumMismatch` where the body is not as it was sent
 */
export function readAnswer(answered: HttpAnswer): Answer {
  const { status, headers, body } = answered;
  const checksum = headers['x-amz-crc32'];
  // Node has it since 22.2.
  if (typeof checksum === 'string' && zlib.crc32 !== undefined && Number(checksum) !== zlib.crc32(body)) {
    throw withMetadata(new Error('The answer was damaged on its way.'), 'ResponseChecksumMismatch', answered);
  }
  const parsed = parse(answered);
  if (status !== 200) throw serviceError(parsed as ErrorBody, answered);
  const output = parsed as Partial<BatchWriteItemCommandOutput>;
  return {
    unprocessed: Object.values(output.UnprocessedItems ?? {})
      .flat()
      .map(({ PutRequest }) => withBinary(PutRequest?.Item ?? {})),
    writeUnits: (output.ConsumedCapacity ?? []).reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0),
    attempts: answered.attempts,
  };
}

function parse(answered: HttpAnswer): object {
  // An error may do without a body; an answer that says nothing of what was written is none.
  if (answered.body.length === 0 && answered.status !== 200) return {};
  try {
    return (JSON.parse(answered.body.toString()) ?? {}) as object;
  } catch (cause) {
    // Something between here and the service has answered; the status tells what to do.
    throw withMetadata(new Error('The answer is no JSON.', { cause }), 'SyntaxError', answered);
  }
}

function serviceError(body: ErrorBody, answered: HttpAnswer): Error {
  const { __type, code, message, Message, ThrottlingReasons } = body;
  const type = answered.headers['x-amzn-errortype'] ?? code ?? __type ?? 'Unknown';
  // Such as `com.amazonaws.dynamodb.v20120810#ThrottlingException`, or with a colon and a URI behind it.
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
