import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../src/client.ts';
import { dynamodbSink } from '../src/index.ts';
import { clientConfig, ok, type ServiceStub, startStub, type StubAnswer } from './support/service-stub.ts';
import { turns } from '../../../test/support/turns.ts';
import { write } from './support/write.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
const savedEnv = { ...process.env };
afterEach(async () => {
  vi.restoreAllMocks();
  process.env = { ...savedEnv };
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function stubbed(answer: (index: number) => StubAnswer | Promise<StubAnswer>): Promise<ServiceStub> {
  const stub = await startStub((_, index) => answer(index));
  cleanUps.push(stub.stop);
  return stub;
}

/** Has clients that are made from the environment reach the stub. */
function environmentFor(stub: ServiceStub): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: stub.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'environment',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
}

describe('the client of a sink without one', () => {
  it('takes region, credentials and endpoint from the environment', async () => {
    const stub = await stubbed(() => ok);
    environmentFor(stub);
    const sink = dynamodbSink({ table: 'landing' });
    await write(sink, [{ uuid: 'a' }]);
    await sink.close?.();
    expect(stub.requests[0]?.headers.authorization).toMatch(/Credential=environment\/\d+\/eu-central-1\/dynamodb\//);
  });

  it('is made at the first write', async () => {
    const sink = dynamodbSink({ table: 'landing' });
    const stub = await stubbed(() => ok);
    environmentFor(stub);
    await write(sink, [{ uuid: 'a' }]);
    await sink.close?.();
    expect(stub.requests).toHaveLength(1);
  });

  it('resolves its middleware once and copies no request for a logger', () => {
    const { client } = createClient(16);
    expect(client.config.cacheMiddleware).toBe(true);
    // The SDK still has the middleware of this name, and the client does not: where this fails, see docs/decisions.
    expect(new DynamoDBClient({}).middlewareStack.identify().join()).toContain('loggerMiddleware');
    expect(client.middlewareStack.identify().join()).not.toContain('loggerMiddleware');
    client.destroy();
  });

  it('makes no further attempt after the signal', async () => {
    // With pauses of nothing, a further attempt would be there within a few turns of the event loop.
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const abort = new AbortController();
    const next = new AbortController();
    const stub = await stubbed((index) => {
      if (index === 1) abort.abort();
      if (index === 4) next.abort();
      return { error: 'InternalServerError', status: 500 };
    });
    environmentFor(stub);
    const sink = dynamodbSink({ table: 'landing' });
    await expect(write(sink, [{ uuid: 'a' }], abort.signal)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
    await turns();
    expect(stub.requests).toHaveLength(2);
    // The next run has a signal of its own.
    await expect(write(sink, [{ uuid: 'a' }], next.signal)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
    await turns();
    expect(stub.requests).toHaveLength(5);
    await sink.close?.();
  });

  it('opens as many connections as requests may be in flight', async () => {
    const all = Promise.withResolvers<void>();
    const stub = await stubbed(async (index) => {
      if (index === 69) all.resolve();
      await all.promise;
      return ok;
    });
    environmentFor(stub);
    const sink = dynamodbSink({ table: 'landing', concurrency: 70 });
    await Promise.all(Array.from({ length: 70 }, (_, index) => write(sink, [{ uuid: `u${index}` }])));
    await sink.close?.();
    expect(stub.peak()).toBe(70);
  });
});

describe('an injected client', () => {
  it('keeps its middleware, which sees the requests', async () => {
    const stub = await stubbed(() => ok);
    const client = new DynamoDBClient(clientConfig(stub));
    cleanUps.push(() => client.destroy());
    const seen: unknown[] = [];
    client.middlewareStack.add(
      (next) => (args) => {
        seen.push(args.input);
        return next(args);
      },
      { step: 'initialize', name: 'userMiddleware' },
    );
    await write(dynamodbSink({ table: 'landing', client }), [{ uuid: 'a' }]);
    expect(seen).toEqual([expect.objectContaining({ ReturnConsumedCapacity: 'TOTAL' })]);
  });

  it('tells its logger of each request, without a copy of it', async () => {
    const stub = await stubbed(() => ok);
    const logged: { input: { RequestItems: { landing: { PutRequest: { Item: object } }[] } } }[] = [];
    const none = (): void => {};
    const logger = {
      debug: none,
      warn: none,
      error: none,
      trace: none,
      info: (...all: unknown[]) => void logged.push(all[0] as never),
    };
    const client = new DynamoDBClient({ ...clientConfig(stub), logger });
    cleanUps.push(() => client.destroy());
    const inputs: unknown[] = [];
    client.middlewareStack.add(
      (next) => (args) => {
        inputs.push(args.input);
        return next(args);
      },
      { step: 'initialize', name: 'userMiddleware' },
    );
    await write(dynamodbSink({ table: 'landing', client }), [{ uuid: 'a' }]);
    expect(logged[0]?.input.RequestItems.landing[0]?.PutRequest.Item).toEqual({ uuid: { S: 'a' } });
    // Where this fails, the SDK has changed how it logs, and each request costs half as much again: docs/decisions.
    expect(logged[0]?.input).toBe(inputs[0]);
  });

  it('may cache its middleware', async () => {
    const stub = await stubbed(() => ok);
    const client = new DynamoDBClient({ ...clientConfig(stub), cacheMiddleware: true });
    cleanUps.push(() => client.destroy());
    const sink = dynamodbSink({ table: 'landing', client });
    for (const uuid of ['a', 'b']) await write(sink, [{ uuid }]);
    expect(stub.requests.map(({ items }) => items[0]?.['uuid'])).toEqual([{ S: 'a' }, { S: 'b' }]);
  });

  it('may be a document client, whose marshalling options do not matter', async () => {
    const stub = await stubbed(() => ok);
    const low = new DynamoDBClient(clientConfig(stub));
    const client = DynamoDBDocumentClient.from(low, { marshallOptions: { convertEmptyValues: true } });
    cleanUps.push(() => low.destroy());
    const sink = dynamodbSink({ table: 'landing', client });
    await write(sink, [{ uuid: 'a', text: '', list: [{ S: 'x' }] }]);
    await sink.close?.();
    await write(sink, [{ uuid: 'b' }]);
    expect(stub.requests[0]?.items[0]).toEqual({
      uuid: { S: 'a' },
      text: { S: '' },
      list: { L: [{ M: { S: { S: 'x' } } }] },
    });
    expect(stub.requests).toHaveLength(2);
  });
});

describe('options of dynamodbSink', () => {
  it('have their defaults', () => {
    const sink = dynamodbSink({ table: 'landing' });
    expect(sink).toMatchObject({ name: 'dynamodb', limits: { count: 25 }, concurrency: 16 });
    expect(Object.isFrozen(sink)).toBe(true);
    expect(
      dynamodbSink({ table: 'arn:aws:dynamodb:eu-west-1:123456789012:table/landing', concurrency: 4 }).concurrency,
    ).toBe(4);
  });

  it.each<[object, string]>([
    [{}, 'OPTION_INVALID'],
    [{ table: 'a' }, 'OPTION_INVALID'],
    [{ table: 'a b c' }, 'OPTION_INVALID'],
    [{ table: 'abc', client: 5 }, 'OPTION_INVALID'],
    [{ table: 'abc', concurrency: 0 }, 'OPTION_INVALID'],
    [{ table: 'abc', partitionKey: '' }, 'OPTION_INVALID'],
    [{ table: 'abc', sortKey: 5 }, 'OPTION_INVALID'],
    [{ table: 'abc', inexactNumbers: 'round' }, 'OPTION_INVALID'],
    [{ table: 'abc', retry: { attempts: 0 } }, 'OPTION_INVALID'],
    [{ table: 'abc', retry: { baseMs: -1 } }, 'OPTION_INVALID'],
    [{ table: 'abc', retry: { times: 3 } }, 'OPTION_UNKNOWN'],
    [{ table: 'abc', tableName: 'abc' }, 'OPTION_UNKNOWN'],
  ])('%j are refused with %s', (options, code) => {
    expect(() => dynamodbSink(options as { table: string })).toThrow(expect.objectContaining({ code }));
  });
});
