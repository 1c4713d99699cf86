import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dynamodbSink, type DynamodbSinkOptions } from '../src/index.ts';
import { clientConfig, ok, type ServiceStub, startStub, type StubRequest } from './support/service-stub.ts';
import { write } from './support/write.ts';

let stub: ServiceStub;
const clients: DynamoDBClient[] = [];
const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
beforeEach(async () => {
  stub = await startStub(() => ok);
  warn.mockClear();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await stub.stop();
});

function clientOf(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const client = new DynamoDBClient({ ...clientConfig(stub, 2), ...config });
  clients.push(client);
  return client;
}

async function waysOf(options: Partial<DynamodbSinkOptions>): Promise<readonly string[]> {
  const sink = dynamodbSink({ table: 'landing', ...options });
  for (const uuid of ['a', 'b', 'c']) await write(sink, [{ uuid }]);
  return stub.requests.map(({ headers }) => (headers['amz-sdk-request'] === 'attempt=1; max=1' ? 'lean' : 'client'));
}

const LEAN = ['client', 'lean', 'lean'];
const CLIENT = ['client', 'client', 'client'];
const none = (): void => {};
const logger = { debug: none, info: none, warn: none, error: none, trace: none };

describe("sender 'auto'", () => {
  it('is lean where nothing is on the client', async () => {
    expect(await waysOf({ client: clientOf() })).toEqual(LEAN);
    expect(warn).not.toHaveBeenCalled();
  });

  it('is lean where there is no client', async () => {
    const saved = { ...process.env };
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_DYNAMODB: stub.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      AWS_MAX_ATTEMPTS: '2',
    });
    try {
      expect(await waysOf({})).toEqual(LEAN);
    } finally {
      process.env = saved;
    }
    expect(warn).not.toHaveBeenCalled();
  });

  it.each<[string, () => DynamodbSinkOptions['client']]>([
    ['a document client', () => DynamoDBDocumentClient.from(clientOf())],
    [
      'time-outs and sockets',
      () => clientOf({ requestHandler: { requestTimeout: 5000, httpAgent: { maxSockets: 3 } } }),
    ],
    ['a client that caches its middleware', () => clientOf({ cacheMiddleware: true })],
    [
      'a client without the logger',
      () => {
        const client = clientOf();
        client.middlewareStack.remove('loggerMiddleware');
        return client;
      },
    ],
  ])('is lean with %s', async (_, make) => {
    expect(await waysOf({ client: make()! })).toEqual(LEAN);
    expect(warn).not.toHaveBeenCalled();
  });

  const middle = (): DynamoDBClient => {
    const client = clientOf();
    client.middlewareStack.add((next) => next, { step: 'build', name: 'tracing' });
    return client;
  };
  it.each<[string, () => DynamodbSinkOptions['client']]>([
    ['middleware', middle],
    ['middleware below a document client', () => DynamoDBDocumentClient.from(middle())],
    ['a logger', () => clientOf({ logger })],
    ['the adaptive retry mode', () => clientOf({ retryMode: 'adaptive' })],
    [
      'a request handler',
      () => {
        const { requestHandler } = clientOf().config;
        return clientOf({
          requestHandler: {
            handle: (...args: Parameters<typeof requestHandler.handle>) => requestHandler.handle(...args),
          } as unknown as typeof requestHandler,
        });
      },
    ],
    [
      'a send() that is replaced',
      () => {
        const client = clientOf();
        return Object.assign(client, { send: client.send.bind(client) });
      },
    ],
  ])('goes through the client, and says so once, where it has %s', async (_, make) => {
    expect(await waysOf({ client: make()! })).toEqual(CLIENT);
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^dynamodbSink for landing sends every request through its client, because it/),
      { type: 'MillraceWarning', code: 'DYNAMODB_SENDER_ORDINARY' },
    );
  });
});

it("sender 'sdk' goes through the client and says nothing", async () => {
  expect(await waysOf({ client: clientOf({ logger }), sender: 'sdk' })).toEqual(CLIENT);
  expect(await waysOf({ client: clientOf(), sender: 'sdk' })).toEqual([...CLIENT, ...CLIENT]);
  expect(warn).not.toHaveBeenCalled();
});

it("sender 'lean' is lean whatever is on the client", async () => {
  expect(await waysOf({ client: clientOf({ logger }), sender: 'lean' })).toEqual(LEAN);
  expect(warn).not.toHaveBeenCalled();
});

it("sender 'lean' goes through a client whose requests cannot be repeated, and says so once", async () => {
  const signer = { sign: async <T>(request: T): Promise<T> => request };
  const ways = await waysOf({ client: clientOf({ signer: signer as never }), sender: 'lean' });
  expect(ways).toEqual(CLIENT);
  expect(warn).toHaveBeenCalledOnce();
});

describe('where the client is a mock', () => {
  it('that answers itself, each write goes to it, with all of its items', async () => {
    const client = clientOf();
    const inputs: unknown[] = [];
    const spy = vi.spyOn(DynamoDBClient.prototype, 'send').mockImplementation(((command: { input: unknown }) => {
      inputs.push(structuredClone(command.input));
      return Promise.resolve({});
    }) as never);
    const sink = dynamodbSink({ table: 'landing', client });
    for (const uuid of ['a', 'b']) expect((await write(sink, [{ uuid }])).refusals).toEqual([]);
    spy.mockRestore();
    const input = (uuid: string) => ({
      RequestItems: { landing: [{ PutRequest: { Item: { uuid: { S: uuid } } } }] },
      ReturnConsumedCapacity: 'TOTAL',
    });
    expect(inputs).toEqual([input('a'), input('b')]);
  });
});

describe('middleware', () => {
  const sentItems = (): unknown[] => stub.requests.map(({ body }) => (body as { RequestItems: unknown }).RequestItems);

  it('that changes the items in their place has its way', async () => {
    const client = clientOf();
    client.middlewareStack.add(
      (next) => (args) => {
        const { RequestItems } = args.input as { RequestItems: Record<string, { PutRequest: { Item: object } }[]> };
        for (const { PutRequest } of RequestItems['landing']!) Object.assign(PutRequest.Item, { seen: { BOOL: true } });
        return next(args);
      },
      { step: 'initialize', name: 'stamp' },
    );
    await write(dynamodbSink({ table: 'landing', client, sender: 'sdk' }), [{ uuid: 'a' }]);
    expect(sentItems()).toEqual([{ landing: [{ PutRequest: { Item: { uuid: { S: 'a' }, seen: { BOOL: true } } } }] }]);
  });

  it('that sends to another table has its way', async () => {
    const client = clientOf();
    client.middlewareStack.add(
      (next) => (args) => {
        const input = args.input as { RequestItems: Record<string, object[]> };
        return next({
          ...args,
          input: { ...input, RequestItems: { test_landing: input.RequestItems['landing']! } },
        } as never);
      },
      { step: 'initialize', name: 'rename' },
    );
    await write(dynamodbSink({ table: 'landing', client, sender: 'sdk' }), [{ uuid: 'a' }]);
    expect(sentItems()).toEqual([{ test_landing: [{ PutRequest: { Item: { uuid: { S: 'a' } } } }] }]);
  });

  it('that adds a header has it signed', async () => {
    const client = clientOf();
    client.middlewareStack.add(
      (next) => (args) => {
        (args as { request: StubRequest }).request.headers['x-amzn-company'] = 'acme';
        return next(args);
      },
      { step: 'build', name: 'company' },
    );
    await write(dynamodbSink({ table: 'landing', client, sender: 'sdk' }), [{ uuid: 'a' }]);
    expect(stub.requests[0]!.headers['authorization']).toContain('x-amzn-company');
  });
});
