import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandInput,
  type BatchWriteItemCommandOutput,
  type DynamoDBClient,
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
  const sendInjected = (client: DynamoDBClient, input: BatchWriteItemCommandInput, abortSignal: AbortSignal) => {
    const command = new BatchWriteItemCommand(input);
    command.middlewareStack.add(
      (next, context) => {
        context.dynamoDbDocumentClientOptions = LOG_AS_IS;
        return next;
      },
      { step: 'initialize', name: 'millraceLogAsIs', priority: 'high' },
    );
    return client.config.cacheMiddleware === true ? client.send(command) : client.send(command, { abortSignal });
  };
  const sendOwn = (input: BatchWriteItemCommandInput, signal: AbortSignal) => {
    own ??= createClient(concurrency);
    own.guard(input, signal);
    return own.client.send(new BatchWriteItemCommand(input));
  };
  return {
    send: async (items, signal) => {
      const puts = items.map((Item) => ({ PutRequest: { Item } }));
      const input: BatchWriteItemCommandInput = { RequestItems: { [table]: puts }, ReturnConsumedCapacity: 'TOTAL' };
      return answer(
        await (injected === undefined ? sendOwn(input, signal) : sendInjected(lowLevel(injected), input, signal)),
      );
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

/**
 * Has a client's logger be told of the request itself, as a document client does by the same hook. The SDK otherwise
 * copies each request deeply for its logs, a third of the CPU, even where no logger is set.
 */
const LOG_AS_IS: { readonly [K in `override${'Input' | 'Output'}FilterSensitiveLog`]: (value: unknown) => string } = {
  overrideInputFilterSensitiveLog: (value) => value as string,
  overrideOutputFilterSensitiveLog: (value) => value as string,
};
