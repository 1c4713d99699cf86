import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { checkChecksum } from './response.ts';

type Stack = DynamoDBClient['middlewareStack'];

/** What a request handler returns, as far as it matters here. */
interface HandlerResponse {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  body?: unknown;
}

/**
 * Adds middleware that holds each response against its `x-amz-crc32`, which the SDK does not. It sits next to the request
 * handler, so the SDK parses only a body that is whole.
 */
export function verifyResponses(stack: Stack, config: Pick<DynamoDBClient['config'], 'streamCollector'>): void {
  stack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as HandlerResponse | undefined;
      const checksum = response?.headers?.['x-amz-crc32'];
      if (response === undefined || checksum === undefined) return result;
      const { body } = response;
      const bytes = body instanceof Uint8Array ? body : await config.streamCollector(body);
      const requestId = response.headers?.['x-amzn-requestid'];
      checkChecksum(checksum, bytes, { httpStatusCode: response.statusCode, requestId });
      response.body = bytes;
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'millraceChecksum', override: true },
  );
}

/** Returns the command itself, which from then on holds its responses against their checksums. */
export function verified<C extends { readonly middlewareStack: unknown }>(
  command: C,
  config: Pick<DynamoDBClient['config'], 'streamCollector'>,
): C {
  verifyResponses(command.middlewareStack as Stack, config);
  return command;
}
