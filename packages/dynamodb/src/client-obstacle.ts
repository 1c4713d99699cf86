import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Middleware that may be missing: it only writes logs, and is removed for speed. */
const LOGGER = /^loggerMiddleware\b/;

/**
 * What on a client asks for its requests to go through it: something that sees or changes each of them. `undefined` where
 * there is nothing of the kind, as far as can be known, so that an equal request may be made in another way.
 *
 * It goes by comparison with a client of the same SDK that was only just made, so that no name of the SDK's is relied on.
 */
export async function clientObstacle(client: DynamoDBClient): Promise<string | undefined> {
  const pristine = new DynamoDBClient({
    region: 'us-east-1',
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
  });
  const same = (name: 'logger' | 'protocol' | 'requestHandler'): boolean =>
    classOf(client.config[name]) === classOf(pristine.config[name]);
  try {
    if (Object.hasOwn(client, 'send')) return 'its send() is replaced';
    if (middleware(client) !== middleware(pristine)) return 'it has middleware of its own';
    if (!same('logger')) return 'it has a logger';
    if (!same('protocol')) return 'it speaks another protocol';
    if (!same('requestHandler') || Object.hasOwn(client.config.requestHandler, 'handle')) {
      return 'it has a request handler of its own';
    }
    const strategies = [client, pristine].map(({ config }) => config.retryStrategy());
    const [own, standard] = await Promise.all(strategies);
    return classOf(own) === classOf(standard) ? undefined : 'it has a retry strategy of its own';
  } finally {
    pristine.destroy();
  }
}

function middleware({ middlewareStack }: DynamoDBClient): string {
  return middlewareStack
    .identify()
    .filter((entry) => !LOGGER.test(entry))
    .join();
}

function classOf(value: unknown): unknown {
  return (value as object | undefined)?.constructor;
}
