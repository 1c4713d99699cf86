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

interface TimedHandler {
  readonly updateHttpClientConfig: (name: 'requestTimeout', ms: number) => void;
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
  const sink = dynamodbSink({ table: 'landing', client: clientOf({ signer: signer as never }), sender: 'lean' });
  for (const warnings of [0, 0, 1, 1]) {
    await write(sink, [{ uuid: 'a' }]);
    expect(warn).toHaveBeenCalledTimes(warnings);
  }
  expect(stub.requests.map(({ headers }) => headers['amz-sdk-request'])).toEqual(Array(4).fill('attempt=1; max=2'));
});

it("sender 'lean' counts requests in a row that cannot be repeated", async () => {
  const signer = await clientOf().config.signer();
  let isSigned = false;
  let accessKeyId = 'test';
  const client = clientOf({
    // The client asks for others five minutes before they expire.
    credentials: async () => ({ accessKeyId, secretAccessKey: 'test', expiration: new Date(Date.now() + 1000) }),
    signer: {
      sign: async (...args: Parameters<typeof signer.sign>) => (isSigned ? signer.sign(...args) : args[0]),
    } as never,
  });
  const sink = dynamodbSink({ table: 'landing', client, sender: 'lean' });
  for (const [signed, keyId, warnings] of [
    [false, 'test', 0],
    [false, 'test', 0],
    [true, 'test', 0],
    [false, 'other', 0],
    [false, 'other', 0],
    [false, 'other', 1],
  ] as const) {
    isSigned = signed;
    accessKeyId = keyId;
    await write(sink, [{ uuid: 'a' }]);
    expect(warn).toHaveBeenCalledTimes(warnings);
  }
});

describe('a client that is changed after the first requests', () => {
  const add = (client: DynamoDBClient): void =>
    client.middlewareStack.add((next) => next, { step: 'build', name: 'audit' });
  const changes: readonly [string, (client: DynamoDBClient) => void][] = [
    ['gets middleware', add],
    [
      'gets middleware by a plugin',
      (client) =>
        client.middlewareStack.use({
          applyToStack: (stack) => stack.add((next) => next, { step: 'initialize', name: 'plugin' }),
        }),
    ],
    ['gets a logger', ({ config }) => void (config.logger = logger)],
    ['has its send() replaced', (client) => void Object.assign(client, { send: client.send.bind(client) })],
    [
      'has the handle() of its request handler replaced',
      ({ config: { requestHandler } }) =>
        void Object.assign(requestHandler, { handle: requestHandler.handle.bind(requestHandler) }),
    ],
  ];
  const wayOf = ({ headers }: StubRequest): string =>
    headers['amz-sdk-request'] === 'attempt=1; max=1' ? 'lean' : 'client';

  it.each(changes)('is used for each request from then on, and says so once, where it %s', async (_, change) => {
    const client = clientOf();
    const sink = dynamodbSink({ table: 'landing', client });
    for (const uuid of ['a', 'b']) await write(sink, [{ uuid }]);
    change(client);
    for (const uuid of ['c', 'd', 'e']) await write(sink, [{ uuid }]);
    expect(stub.requests.map(wayOf)).toEqual(['client', 'lean', 'client', 'client', 'client']);
    expect(warn).toHaveBeenCalledOnce();
  });

  it('is used for each request where middleware came while its first one was under way', async () => {
    const client = clientOf();
    const sink = dynamodbSink({ table: 'landing', client });
    const first = write(sink, [{ uuid: 'a' }]);
    await vi.waitFor(() => expect(stub.peak()).toBe(1), { interval: 1 });
    add(client);
    await first;
    for (const uuid of ['b', 'c']) await write(sink, [{ uuid }]);
    expect(stub.requests.map(wayOf)).toEqual(CLIENT);
  });

  it('is used for each request where middleware came while it was judged', async () => {
    const client = clientOf();
    const { retryStrategy } = client.config;
    let isJudged = false;
    client.config.retryStrategy = () => {
      if (!isJudged) add(client);
      isJudged = true;
      return retryStrategy();
    };
    expect(await waysOf({ client })).toEqual(CLIENT);
    expect(warn).toHaveBeenCalledOnce();
  });

  it.each<[string, (client: DynamoDBClient) => void]>([
    ['region', ({ config }) => void (config.region = async () => 'eu-west-1')],
    [
      'time-out',
      ({ config }) => (config.requestHandler as unknown as TimedHandler).updateHttpClientConfig('requestTimeout', 5000),
    ],
    ['middleware, without the logger', ({ middlewareStack }) => void middlewareStack.remove('loggerMiddleware')],
  ])('is learned from again where it has another %s', async (_, change) => {
    const client = clientOf();
    const sink = dynamodbSink({ table: 'landing', client });
    for (const uuid of ['a', 'b']) await write(sink, [{ uuid }]);
    change(client);
    for (const uuid of ['c', 'd']) await write(sink, [{ uuid }]);
    expect(stub.requests.map(wayOf)).toEqual(['client', 'lean', 'client', 'lean']);
    expect(warn).not.toHaveBeenCalled();
  });

  it('sends to its new endpoint, with no request to the old one', async () => {
    const other = await startStub(() => ok);
    try {
      const client = clientOf();
      const sink = dynamodbSink({ table: 'landing', client });
      for (const uuid of ['a', 'b']) await write(sink, [{ uuid }]);
      const { hostname, port } = new URL(other.endpoint);
      client.config.endpoint = async () => ({ protocol: 'http:', hostname, port: Number(port), path: '/' });
      for (const uuid of ['c', 'd']) await write(sink, [{ uuid }]);
      expect([stub.requests.length, other.requests.map(wayOf)]).toEqual([2, ['client', 'lean']]);
    } finally {
      await other.stop();
    }
  });
});

describe('where the client is a mock', () => {
  it.each([
    ['gets the signal with each request', false],
    ['gets no signal if it caches its middleware, which would keep it', true],
  ])('it %s', async (_, cacheMiddleware) => {
    const client = clientOf({ cacheMiddleware });
    const given: unknown[] = [];
    const send = client.send.bind(client) as (...sent: readonly unknown[]) => unknown;
    Object.assign(client, {
      send: (command: unknown, ...options: readonly unknown[]) => {
        given.push(...options);
        return send(command, ...options);
      },
    });
    await waysOf({ client });
    const signal = { abortSignal: expect.any(AbortSignal) as AbortSignal };
    expect(given).toEqual(cacheMiddleware ? [] : [signal, signal, signal]);
  });

  it('that answers itself, each write goes to it, with all of its items', async () => {
    const client = clientOf();
    const inputs: unknown[] = [];
    const spy = vi.spyOn(DynamoDBClient.prototype, 'send').mockImplementation(((command: { input: unknown }) => {
      inputs.push(structuredClone(command.input));
      return Promise.resolve({ UnprocessedItems: {} });
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
