import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandInput,
  type BatchWriteItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { type AnyDynamoDBClient, createClient, lowLevel, type OwnClient } from './client.ts';
import type { Answer, Sender } from './sender.ts';

/**
 * Sends through an SDK client: the one that was injected, which is left as it is, or one made at the first request.
 *
 * An injected client gets the signal with each request, except where it caches its middleware: then the request goes
 * without, as the SDK's cache demands, and may use up the client's own attempts after the signal.
 */
export function sdkSender(table: string, injected: AnyDynamoDBClient | undefined, concurrency: number): Sender {
  let own: OwnClient | undefined;
  const request = (
    input: BatchWriteItemCommandInput,
    abortSignal: AbortSignal,
  ): Promise<BatchWriteItemCommandOutput> => {
    const command = new BatchWriteItemCommand(input);
    if (injected !== undefined) {
      const client = lowLevel(injected);
      return client.config.cacheMiddleware === true ? client.send(command) : client.send(command, { abortSignal });
    }
    own ??= createClient(concurrency);
    own.guard(input, abortSignal);
    return own.client.send(command);
  };
  return {
    send: async (items, signal) => {
      const puts = items.map((Item) => ({ PutRequest: { Item } }));
      return answer(await request({ RequestItems: { [table]: puts }, ReturnConsumedCapacity: 'TOTAL' }, signal));
    },
    close: () => {
      own?.client.destroy();
      own = undefined;
    },
  };
}

function answer({ UnprocessedItems = {}, ConsumedCapacity = [], $metadata }: BatchWriteItemCommandOutput): Answer {
  return {
    unprocessed: Object.values(UnprocessedItems)
      .flat()
      .map(({ PutRequest }) => PutRequest?.Item ?? {}),
    writeUnits: ConsumedCapacity.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0),
    attempts: $metadata.attempts ?? 1,
  };
}
