import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type AnyDynamoDBClient, createClient, lowLevel } from './client.ts';

/**
 * A document client with this package's marshalling options, over the client that was injected or one of its own.
 *
 * `DynamoDBDocumentClient.from` writes its options into the configuration of the client that it is given, which may be a
 * document client of the user's; and it refuses a client that caches its middleware, because document commands keep their
 * input in it. So it gets a copy of the configuration. Middleware, sockets and credentials stay shared.
 */
export function documentClient(client: AnyDynamoDBClient = createClient(1).client): DynamoDBDocumentClient {
  const { config, middlewareStack } = lowLevel(client);
  const copy = { config: { ...config, cacheMiddleware: false }, middlewareStack };
  return DynamoDBDocumentClient.from(copy as unknown as DynamoDBClient, {
    marshallOptions: { removeUndefinedValues: true },
  });
}
