import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;

/** One request as it came over the wire. */
export interface StubRequest {
  readonly operation: string;
  readonly body: Record<string, unknown>;
  readonly bytes: number;
  /** The body as it came. */
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
  /** Items of a BatchWriteItem, binary still in base64. */
  readonly items: readonly Item[];
}

/** How to respond: with JSON, with a body as it is, with an error of the service, or by cutting the connection. */
export type StubAnswer =
  | { readonly json: object }
  | { readonly body: string; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly error: string;
      readonly status?: number;
      readonly message?: string;
      readonly reasons?: readonly object[];
    }
  | 'reset';

export interface ServiceStub {
  readonly endpoint: string;
  readonly requests: StubRequest[];
  /** Most requests that were in hand at once. */
  readonly peak: () => number;
  readonly stop: () => Promise<void>;
}

/** Configuration of a client for the stub that gives up at once, so that the sink's own retries are what is seen. */
export function clientConfig(stub: Pick<ServiceStub, 'endpoint'>, maxAttempts = 1) {
  return {
    endpoint: stub.endpoint,
    region: 'us-east-1',
    maxAttempts,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}

export const ok: StubAnswer = { json: { UnprocessedItems: {} } };

/** The answer that holds back some of a request's items. */
export function unprocessed(items: readonly Item[], table = 'landing'): StubAnswer {
  return { json: { UnprocessedItems: { [table]: items.map((Item) => ({ PutRequest: { Item } })) } } };
}

/**
 * A DynamoDB of one answer, for what the local one cannot be brought to: throttling, unprocessed items, signatures that
 * are checked. It speaks the documented JSON protocol.
 */
export async function startStub(
  answer: (request: StubRequest, index: number) => StubAnswer | Promise<StubAnswer>,
): Promise<ServiceStub> {
  const requests: StubRequest[] = [];
  let inHand = 0;
  let peak = 0;
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    inHand += 1;
    peak = Math.max(peak, inHand);
    const request = await read(incoming);
    requests.push(request);
    const answered = await answer(request, requests.length - 1);
    inHand -= 1;
    if (answered === 'reset') return void incoming.socket.destroy();
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if ('json' in answered) return void response.end(JSON.stringify(answered.json));
    if ('body' in answered) return void response.writeHead(answered.status ?? 200, answered.headers).end(answered.body);
    response.statusCode = answered.status ?? 400;
    const __type = `com.amazonaws.dynamodb.v20120810#${answered.error}`;
    const message = answered.message ?? `the stub says ${answered.error}`;
    response.end(JSON.stringify({ __type, message, ThrottlingReasons: answered.reasons }));
  };
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    peak: () => peak,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(incoming: IncomingMessage): Promise<StubRequest> {
  const chunks = (await incoming.toArray()) as Buffer[];
  const bytes = Buffer.concat(chunks);
  const body = JSON.parse(bytes.toString()) as Record<string, unknown>;
  const tables = (body['RequestItems'] ?? {}) as Record<string, { PutRequest: { Item: Item } }[]>;
  return {
    operation: String(incoming.headers['x-amz-target']).split('.')[1] ?? '',
    body,
    bytes: bytes.byteLength,
    text: bytes.toString(),
    headers: incoming.headers,
    items: Object.values(tables).flatMap((puts) => puts.map(({ PutRequest }) => PutRequest.Item)),
  };
}
