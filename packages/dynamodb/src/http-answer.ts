import { crc32 } from 'node:zlib';
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
  if (typeof checksum === 'string' && Number(checksum) !== crc32(body)) {
    throw withMetadata(new Error('The answer was damaged on its way.'), 'ResponseChecksumMismatch', answered);
  }
  if (status !== 200) throw serviceError(answered);
  let output: Partial<BatchWriteItemCommandOutput>;
  try {
    output = JSON.parse(body.toString()) as typeof output;
  } catch (cause) {
    throw withMetadata(new Error('The answer is no JSON.', { cause }), 'SyntaxError', answered);
  }
  return {
    unprocessed: Object.values(output.UnprocessedItems ?? {})
      .flat()
      .map(({ PutRequest }) => withBinary(PutRequest?.Item ?? {})),
    writeUnits: (output.ConsumedCapacity ?? []).reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0),
    attempts: answered.attempts,
  };
}

function serviceError(answered: HttpAnswer): Error {
  const { status, headers, body } = answered;
  const { __type, code, message, Message, ThrottlingReasons } = errorBody(body);
  const type = __type ?? code ?? headers['x-amzn-errortype'] ?? 'UnknownError';
  // Such as `com.amazonaws.dynamodb.v20120810#ThrottlingException`, or with a colon and a URI behind it.
  const name = String(type).split('#').at(-1)!.split(':')[0]!;
  const error = new DynamoDBServiceException({
    name,
    $fault: status >= 500 ? 'server' : 'client',
    message: message ?? Message ?? name,
    $metadata: metadata(answered),
  });
  return ThrottlingReasons === undefined ? error : Object.assign(error, { ThrottlingReasons });
}

function errorBody(body: Buffer): ErrorBody {
  try {
    return (JSON.parse(body.toString()) ?? {}) as ErrorBody;
  } catch {
    // Something between here and the service has answered; the status tells what to do.
    return {};
  }
}

function withMetadata(error: Error, name: string, answered: HttpAnswer): Error {
  return Object.assign(error, { name, $metadata: metadata(answered) });
}

function metadata({ status, headers, attempts }: HttpAnswer): DynamoDBServiceException['$metadata'] {
  const requestId = headers['x-amzn-requestid'];
  return { httpStatusCode: status, attempts, ...(typeof requestId === 'string' && { requestId }) };
}
