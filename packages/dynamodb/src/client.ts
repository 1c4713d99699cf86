import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A client of the AWS SDK. A document client serves as well; its marshalling options are not used. */
export type AnyDynamoDBClient = DynamoDBClient | DynamoDBDocumentClient;

/** How long to wait for a connection. */
export const CONNECTION_MS = 3_000;

/** How long to wait for a response. DynamoDB normally responds to a batch well within a second. */
export const REQUEST_MS = 20_000;

/** Sockets that the SDK opens by default. */
const DEFAULT_SOCKETS = 50;

/** A client that this package made. */
export interface OwnClient {
  readonly client: DynamoDBClient;
}

/**
 * Makes a client from the environment's region, credentials and endpoint, set for many small requests.
 *
 * Middleware is resolved once instead of for each request; the SDK does that only where a request comes without options,
 * so a signal has to travel beside it. The logger's middleware is removed because it copies each request deeply, a third
 * of the CPU, even where no logger is set.
 */
export function createClient(concurrency: number): OwnClient {
  const sockets = { keepAlive: true, maxSockets: Math.max(DEFAULT_SOCKETS, concurrency) };
  const client = new DynamoDBClient({
    cacheMiddleware: true,
    requestHandler: {
      connectionTimeout: CONNECTION_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
      httpAgent: sockets,
      httpsAgent: sockets,
    },
  });
  client.middlewareStack.remove('loggerMiddleware');
  return { client };
}

/**
 * The client to send low-level commands with. A document client shares configuration and middleware with the client it
 * was made from, and marshals in its own commands only: low-level ones pass through it as they are.
 */
export function lowLevel(client: AnyDynamoDBClient): DynamoDBClient {
  return client as DynamoDBClient;
}
