import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { OpenCarrier } from '../carrier.ts';
import { landingCarrier } from '../floor/land.ts';
import { sdkReader } from '../floor/object-body.ts';

interface HttpRequest {
  body: unknown;
  headers: Record<string, string>;
}

/**
 * The floor on the SDK's low-level client: middleware resolved once, no logger, and a body of our own in place of the SDK's
 * serialization. The SDK still signs, retries, sends and parses.
 */
export const open: OpenCarrier = (job) => {
  const client = new DynamoDBClient({ cacheMiddleware: true });
  client.middlewareStack.remove('loggerMiddleware');
  const bodies = new WeakMap<object, Buffer>();
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as HttpRequest;
      const body = bodies.get(args.input)!;
      request.body = body;
      request.headers['content-length'] = String(body.length);
      return next(args);
    },
    { step: 'build', name: 'ownBody', priority: 'low' },
  );
  const send = async (items: readonly unknown[]): Promise<readonly unknown[]> => {
    const puts = items.map((Item) => ({ PutRequest: { Item } }));
    const body = JSON.stringify({ RequestItems: { [job.table]: puts }, ReturnConsumedCapacity: 'TOTAL' });
    const input = { RequestItems: {} };
    bodies.set(input, Buffer.from(body));
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand(input));
    return Object.values(UnprocessedItems ?? {}).flatMap((left) => left.map(({ PutRequest }) => PutRequest!.Item!));
  };
  return landingCarrier(job, sdkReader(job.bucket), send, () => client.destroy());
};
