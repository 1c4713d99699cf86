import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandInput,
  type BatchWriteItemCommandOutput,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { batchInput } from './batch-input.ts';
import { type AnyDynamoDBClient, createClient, lowLevel } from './client.ts';
import { clientObstacle } from './client-obstacle.ts';
import type { Marshalled } from './marshal.ts';
import { attend, type Passage, type Passages, type SentRequest } from './passage.ts';
import { requestBody } from './request-body.ts';
import type { Answer, Sender } from './sender.ts';
import { isExpired } from './service-fault.ts';

/** A sender through an SDK client. */
export interface SdkSender extends Sender {
  /** @param onSent told of each attempt at its last moment */
  readonly send: (
    items: readonly Marshalled[],
    signal: AbortSignal,
    onSent?: (request: SentRequest) => void,
  ) => Promise<Answer>;
  /** The client, made where there is none yet. */
  readonly client: () => DynamoDBClient;
  /** What on the client asks for requests to go through it as they always do. */
  readonly obstacle: () => Promise<string | undefined>;
}

/** What request bodies are written for. */
const PROTOCOL = 'aws.protocols#awsJson1_0';

/**
 * Sends through an SDK client: the one that was injected, which is left as it is, or one made at the first request.
 *
 * The body is put in ready made, unless something on the client has looked at the items before the SDK serializes them:
 * then the SDK does it. An injected client gets the signal with each request, except where it caches its
 * middleware: then the request goes without, as the SDK's cache demands.
 */
export function sdkSender(table: string, injected: AnyDynamoDBClient | undefined, concurrency: number): SdkSender {
  const passages: Passages = new WeakMap();
  const nothing: WriteRequest[] = [];
  const slight = (): BatchWriteItemCommandInput => ({ RequestItems: { [table]: nothing } });
  let own: DynamoDBClient | undefined;

  const client = (): DynamoDBClient => {
    if (injected !== undefined) return lowLevel(injected);
    if (own === undefined) {
      own = createClient(concurrency).client;
      attend(own.middlewareStack, passages, slight);
    }
    return own;
  };
  const request = async (items: readonly Marshalled[], passage: Omit<Passage, 'body'>): Promise<Answer> => {
    const { input, untouched } = batchInput(table, items);
    const { config } = client();
    const body = (): Uint8Array | undefined =>
      untouched() && config.protocol.getShapeId() === PROTOCOL ? requestBody(table, items) : undefined;
    passages.set(input, { ...passage, body });
    const command = new BatchWriteItemCommand(input);
    if (injected === undefined) return answer(await client().send(command));
    attend(command.middlewareStack as unknown as DynamoDBClient['middlewareStack'], passages, slight);
    logAsIs(command);
    const abortSignal = passage.signal;
    return answer(
      await (config.cacheMiddleware === true ? client().send(command) : client().send(command, { abortSignal })),
    );
  };

  return {
    client,
    obstacle: async () => (injected === undefined ? undefined : clientObstacle(client())),
    send: async (items, signal, onSent) => {
      let last: SentRequest | undefined;
      const noted = (sent: SentRequest): void => {
        last = sent;
        onSent?.(sent);
      };
      try {
        return await request(items, { signal, onSent: noted });
      } catch (thrown) {
        if (!isExpired(thrown)) throw thrown;
        const { accessKeyId } = await client().config.credentials({ forceRefresh: true });
        if (last?.headers['authorization']?.includes(`Credential=${accessKeyId}/`) !== false) throw thrown;
        return request(items, { signal, onSent: noted });
      }
    },
    close: () => {
      own?.destroy();
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
    attempts: $metadata?.attempts ?? 1,
  };
}

/**
 * Has a client's logger be told of the request itself, as a document client does by the same hook. The SDK otherwise
 * copies each request deeply for its logs, a third of the CPU, even where no logger is set.
 */
function logAsIs({ middlewareStack }: BatchWriteItemCommand): void {
  middlewareStack.add(
    (next, context) => {
      context.dynamoDbDocumentClientOptions = LOG_AS_IS;
      return next;
    },
    { step: 'initialize', name: 'millraceLogAsIs', priority: 'high' },
  );
}

const LOG_AS_IS: { readonly [K in `override${'Input' | 'Output'}FilterSensitiveLog`]: (value: unknown) => string } = {
  overrideInputFilterSensitiveLog: (value) => value as string,
  overrideOutputFilterSensitiveLog: (value) => value as string,
};
