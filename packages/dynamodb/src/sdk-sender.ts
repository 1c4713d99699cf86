import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandInput,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { batchAnswer, isNameOf } from './batch-answer.ts';
import { batchInput } from './batch-input.ts';
import { type AnyDynamoDBClient, createClient, lowLevel } from './client.ts';
import { clientObstacle } from './client-obstacle.ts';
import { logAsIs } from './log-as-is.ts';
import type { Marshalled } from './marshal.ts';
import { attend, type Passage, type Passages, type SentRequest } from './passage.ts';
import { requestBody } from './request-body.ts';
import type { Answer, Sender } from './sender.ts';
import { isExpired } from './service-fault.ts';
import { verifyResponses } from './verified-command.ts';

/** A sender through an SDK client. */
export interface SdkSender extends Sender {
  /** @param onSent called just before each attempt is sent */
  readonly send: (
    items: readonly Marshalled[],
    signal: AbortSignal,
    onSent?: (request: SentRequest) => void,
  ) => Promise<Answer>;
  /** What on the client asks for requests to go through it as they always do. */
  readonly obstacle: () => Promise<string | undefined>;
}

type Stack = DynamoDBClient['middlewareStack'];

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
  const isOurs = isNameOf(table);
  let own: DynamoDBClient | undefined;

  const client = (): DynamoDBClient => {
    if (injected !== undefined) return lowLevel(injected);
    if (own === undefined) {
      own = createClient(concurrency).client;
      attend(own.middlewareStack, own.config.requestHandler, passages, slight);
      verifyResponses(own.middlewareStack, own.config);
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
    if (injected !== undefined) {
      const stack = command.middlewareStack as unknown as Stack;
      attend(stack, config.requestHandler, passages, slight);
      verifyResponses(stack, config);
      logAsIs(stack);
    }
    const cached = injected === undefined || config.cacheMiddleware === true;
    const output = await (cached ? client().send(command) : client().send(command, { abortSignal: passage.signal }));
    // Middleware that has changed the request may have sent it to another table.
    return batchAnswer(output, untouched() ? isOurs : () => true, output?.$metadata ?? {});
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
