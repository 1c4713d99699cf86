import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { holdTimers } from '../../../test/support/hold-timers.ts';
import { createExchange, ownAgents } from '../src/exchange.ts';
import { dynamodbSink, type DynamodbSinkOptions } from '../src/index.ts';
import { clientConfig, ok, startStub, type StubAnswer, type StubRequest } from './support/service-stub.ts';
import { write } from './support/write.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const fast = { attempts: 4, baseMs: 1, capMs: 4 };

type Answering = (request: StubRequest, index: number) => StubAnswer | Promise<StubAnswer>;

async function stand(answer: Answering = () => ok, config: DynamoDBClientConfig = {}) {
  const stub = await startStub(answer);
  const client = new DynamoDBClient({ ...clientConfig(stub), ...config });
  cleanUps.push(stub.stop, () => client.destroy());
  return { stub, client };
}

function sinkOf(client: DynamodbSinkOptions['client'], options: Partial<DynamodbSinkOptions> = {}) {
  return dynamodbSink({ table: 'landing', client: client!, retry: fast, sender: 'lean', ...options });
}

/** How each request came: through the client, which counts its attempts in a header, or without. */
const ways = (requests: readonly StubRequest[]): readonly string[] =>
  requests.map(({ headers }) => (headers['amz-sdk-request'] === 'attempt=1; max=1' ? 'lean' : 'client'));

/** A server that does as it is told with each request, once it has come. */
async function serve(handle: (request: IncomingMessage, response: ServerResponse, index: number) => void) {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => handle(request, response, count++));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, endpoint: `http://127.0.0.1:${port}` };
}

const DONE = '{"UnprocessedItems":{}}';

describe('the lean sender', () => {
  it('sends the first request through the client, and then what equals it', async () => {
    const { stub, client } = await stand(() => ok, { maxAttempts: 3 });
    const sink = sinkOf(client);
    for (const uuid of ['a', 'b', 'c']) await write(sink, [{ uuid }]);
    expect(ways(stub.requests)).toEqual(['client', 'lean', 'lean']);
    const [first, second] = stub.requests.map(({ headers }) => headers);
    expect(Object.keys(second!).toSorted()).toEqual(Object.keys(first!).toSorted());
    for (const name of ['host', 'content-type', 'x-amz-target', 'user-agent', 'x-amz-user-agent']) {
      expect(second![name]).toBe(first![name]);
    }
    expect(stub.requests[1]!.body).toEqual({
      RequestItems: { landing: [{ PutRequest: { Item: { uuid: { S: 'b' } } } }] },
      ReturnConsumedCapacity: 'TOTAL',
    });
  });

  it.each<[string, DynamoDBClientConfig]>([
    ['plain credentials', {}],
    ['a session token', { credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'a/token+=' } }],
    ['another region', { region: 'cn-north-1' }],
    ['an application id', { userAgentAppId: 'app' }],
    ['a clock that is set off', { systemClockOffset: 3_600_000 }],
  ])('signs as the SDK does, with %s', async (_, config) => {
    const { stub, client } = await stand(() => ok, { maxAttempts: 2, ...config });
    const sink = sinkOf(client);
    for (const text of ['', 'ünïcode 😀', 'x'.repeat(5000)]) await write(sink, [{ uuid: 'a', text }]);
    const lean = stub.requests.filter((_request, index) => ways(stub.requests)[index] === 'lean');
    expect(lean).toHaveLength(2);
    for (const { headers, text } of lean) {
      const { authorization, connection: __, ...rest } = headers;
      const signed = /SignedHeaders=([^,]+)/.exec(authorization!)![1]!.split(';');
      const date = String(headers['x-amz-date']).replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5');
      const signer = await client.config.signer();
      const request = {
        method: 'POST',
        protocol: 'http:',
        hostname: '127.0.0.1',
        path: '/',
        query: {},
        headers: Object.fromEntries(signed.map((name) => [name, String(rest[name])])),
        body: text,
      };
      const again = await signer.sign(request, { signingDate: new Date(date) });
      expect(authorization).toBe(again.headers['authorization']);
    }
  });

  it('goes by a document client as well', async () => {
    const { stub, client } = await stand();
    const sink = sinkOf(DynamoDBDocumentClient.from(client), { sender: 'auto' });
    for (const uuid of ['a', 'b']) await write(sink, [{ uuid }]);
    expect(ways(stub.requests).at(-1)).toBe('lean');
  });

  it('keeps the path of an endpoint', async () => {
    const paths: string[] = [];
    const { endpoint } = await serve((request, response) => {
      paths.push(`${request.url} ${String(request.headers['amz-sdk-request']).includes('max=1')}`);
      response.end(DONE);
    });
    const client = new DynamoDBClient({ ...clientConfig({ endpoint: `${endpoint}/some/base` }, 2) });
    cleanUps.push(() => client.destroy());
    const sink = sinkOf(client);
    for (const uuid of ['a', 'b']) await write(sink, [{ uuid }]);
    expect(paths).toEqual(['/some/base/ false', '/some/base/ true']);
  });

  it('uses the connections of the client', async () => {
    const { stub } = await stand();
    let opened = 0;
    class Counting extends Agent {
      override createConnection(...args: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
        opened += 1;
        return super.createConnection(...args);
      }
    }
    const httpAgent = new Counting({ keepAlive: true, maxSockets: 1 });
    const client = new DynamoDBClient({ ...clientConfig(stub), requestHandler: { httpAgent } });
    cleanUps.push(() => client.destroy());
    const sink = sinkOf(client);
    await write(sink, [{ uuid: 'a' }]);
    await Promise.all(['b', 'c', 'd'].map((uuid) => write(sink, [{ uuid }])));
    expect(ways(stub.requests).slice(1)).toEqual(['lean', 'lean', 'lean']);
    expect(opened).toBe(1);
    await sink.close?.();
    // The agent is the user's, and still works.
    await write(sink, [{ uuid: 'e' }]);
  });
});

describe('credentials', () => {
  const credentialsOf = (accessKeyId: string, livesMs = 3_600_000) => ({
    accessKeyId,
    secretAccessKey: `secret of ${accessKeyId}`,
    sessionToken: `token of ${accessKeyId}`,
    expiration: new Date(Date.now() + livesMs),
  });
  const keyIdOf = ({ headers }: StubRequest): string => /Credential=(\w+)/.exec(headers.authorization!)![1]!;

  it('that change are learned from the client', async () => {
    let current = credentialsOf('first', 1000);
    const { stub, client } = await stand(() => ok, { credentials: async () => current, maxAttempts: 2 });
    const sink = sinkOf(client);
    for (const uuid of ['a', 'b']) await write(sink, [{ uuid }]);
    current = credentialsOf('second');
    for (const uuid of ['c', 'd']) await write(sink, [{ uuid }]);
    // The client asks for others five minutes before they expire.
    expect(stub.requests.map(keyIdOf)).toEqual(['first', 'first', 'second', 'second']);
    expect(ways(stub.requests)).toEqual(['client', 'lean', 'client', 'lean']);
  });

  it.each(['sdk', 'lean'] as const)('that are expired before their time are refreshed once: %s', async (sender) => {
    let current = credentialsOf('first');
    const { stub, client } = await stand(
      (request, index) => (index >= 2 && keyIdOf(request) === 'first' ? { error: 'ExpiredTokenException' } : ok),
      { credentials: async () => current, maxAttempts: 2 },
    );
    const sink = sinkOf(client, { sender });
    for (const uuid of ['a', 'b']) await write(sink, [{ uuid }]);
    current = credentialsOf('second');
    for (const uuid of ['c', 'd']) await write(sink, [{ uuid }]);
    const used = stub.requests.slice(2).map(keyIdOf);
    expect(used.slice(-2)).toEqual(['second', 'second']);
    expect(used.indexOf('second')).toBeLessThanOrEqual(2);
  });

  it('that cannot be had fail the write as they do with the client', async () => {
    let fails = false;
    const { client } = await stand(() => ok, {
      credentials: async () => {
        if (fails) throw Object.assign(new Error('none found'), { name: 'CredentialsProviderError' });
        return credentialsOf('first', 1000);
      },
    });
    const sink = sinkOf(client);
    for (const uuid of ['a', 'b']) await write(sink, [{ uuid }]);
    fails = true;
    await expect(write(sink, [{ uuid: 'c' }])).rejects.toMatchObject({ code: 'DYNAMODB_CREDENTIALS_INVALID' });
  });
});

it('a clock that goes wrong is put right by the client', async () => {
  let serviceAheadMs = 0;
  const dates: number[] = [];
  const { endpoint } = await serve((request, response) => {
    const sentAt = Date.parse(
      String(request.headers['x-amz-date']).replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'),
    );
    const now = Date.now() + serviceAheadMs;
    response.setHeader('date', new Date(now).toUTCString());
    dates.push(sentAt - Date.now());
    if (Math.abs(now - sentAt) < 300_000) return void response.end(DONE);
    response.statusCode = 400;
    response.end(JSON.stringify({ __type: 'com.amazon.coral.service#InvalidSignatureException', message: 'too old' }));
  });
  const client = new DynamoDBClient(clientConfig({ endpoint }, 3));
  cleanUps.push(() => client.destroy());
  const sink = sinkOf(client);
  for (const uuid of ['a', 'b']) await write(sink, [{ uuid }]);
  serviceAheadMs = 3_600_000;
  for (const uuid of ['c', 'd', 'e']) expect((await write(sink, [{ uuid }])).refusals).toEqual([]);
  const right = dates.slice(-3).map((ms) => Math.round(ms / 600_000));
  expect(right).toEqual([6, 6, 6]);
});

it('a request that was refused for its signature counts among those that were sent', async () => {
  const answer: Answering = (_, index) => (index === 2 ? { error: 'InvalidSignatureException' } : ok);
  const { stub, client } = await stand(answer, { maxAttempts: 3 });
  const sink = sinkOf(client);
  for (const uuid of ['a', 'b']) expect((await write(sink, [{ uuid }])).counters).not.toHaveProperty('retries');
  expect(await write(sink, [{ uuid: 'c' }])).toMatchObject({ refusals: [], counters: { retries: 1 } });
  expect(ways(stub.requests)).toEqual(['client', 'lean', 'lean', 'client']);
});

describe('a connection', () => {
  it('that was closed while it was kept costs nothing but another', async () => {
    const { server, endpoint } = await serve((_, response) => response.end(DONE));
    const client = new DynamoDBClient(clientConfig({ endpoint }));
    cleanUps.push(() => client.destroy());
    const sink = sinkOf(client, { retry: { attempts: 1 } });
    for (const uuid of ['a', 'b']) await write(sink, [{ uuid }]);
    server.closeAllConnections();
    expect((await write(sink, [{ uuid: 'c' }])).refusals).toEqual([]);
  });

  it('without an answer is given up after the time that the client waits', async () => {
    // The time of the client runs down when a request has come that gets no answer.
    const requestTimeout = 77_777;
    using timers = holdTimers(requestTimeout);
    const { endpoint } = await serve((_, response, index) => {
      if (index === 0) response.end(DONE);
      else timers.fire();
    });
    const client = new DynamoDBClient({ ...clientConfig({ endpoint }), requestHandler: { requestTimeout } });
    cleanUps.push(() => client.destroy());
    const sink = sinkOf(client, { retry: { attempts: 2, baseMs: 1 } });
    await write(sink, [{ uuid: 'a' }]);
    await expect(write(sink, [{ uuid: 'b' }])).rejects.toMatchObject({
      code: 'DYNAMODB_UNAVAILABLE',
      cause: { name: 'TimeoutError' },
    });
  });

  it('is closed when the signal fires', async () => {
    const abort = new AbortController();
    const closed = Promise.withResolvers<void>();
    const { endpoint } = await serve((request, response, index) => {
      if (index === 0) return void response.end(DONE);
      request.socket.on('close', () => closed.resolve());
      abort.abort();
    });
    const client = new DynamoDBClient(clientConfig({ endpoint }));
    cleanUps.push(() => client.destroy());
    const sink = sinkOf(client);
    await write(sink, [{ uuid: 'a' }]);
    await expect(write(sink, [{ uuid: 'b' }], abort.signal)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
    await closed.promise;
  });
});

it('an answer without end is cut off', async () => {
  const { endpoint } = await serve((_, response) => {
    response.write('x'.repeat(100_000));
  });
  const client = new DynamoDBClient(clientConfig({ endpoint }));
  const agents = ownAgents(1);
  cleanUps.push(() => client.destroy(), agents.close);
  const sent = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', port: Number(new URL(endpoint).port) };
  const exchange = createExchange(client, { ...sent, path: '/', headers: {} }, agents, 50_000);
  await expect(
    exchange(['host', 'x', 'content-length', '2'], Buffer.from('{}'), new AbortController().signal),
  ).rejects.toThrow('more than 50000 bytes');
});

it('an answer that was damaged on its way is asked for again', async () => {
  const { endpoint } = await serve((_, response, index) => {
    response.setHeader('x-amz-crc32', index === 1 ? 1 : crc32(DONE));
    response.end(DONE);
  });
  const client = new DynamoDBClient(clientConfig({ endpoint }));
  cleanUps.push(() => client.destroy());
  const sink = sinkOf(client);
  await write(sink, [{ uuid: 'a' }]);
  expect((await write(sink, [{ uuid: 'b' }])).counters).toEqual({ retries: 1 });
});

describe('an error', () => {
  const answers: readonly [string, number, Readonly<Record<string, string>>, string][] = [
    ['with a namespace', 400, {}, '{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException","message":"why"}'],
    ['without one', 400, {}, '{"__type":"ResourceNotFoundException","Message":"why"}'],
    ['in a header', 400, { 'x-amzn-errortype': 'AccessDeniedException:http://x' }, '{"message":"why"}'],
    [
      'with reasons',
      400,
      {},
      '{"__type":"x#ThrottlingException","message":"why","ThrottlingReasons":[{"reason":"r","resource":"a"}]}',
    ],
    ['of the service', 500, {}, '{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}'],
    ['of something between', 502, { 'content-type': 'text/html' }, '<html>bad gateway</html>'],
    ['of a full proxy', 429, {}, ''],
    ['of one that is not known', 418, {}, '{"__type":"x#TeapotException","message":"short and stout"}'],
    ['that is none', 200, {}, 'x'],
  ];

  it.each(answers)('%s reads as from the client', async (_, status, headers, body) => {
    let failing = false;
    const { endpoint } = await serve((__, response) => {
      if (!failing) return void response.end(DONE);
      response.writeHead(status, { 'x-amzn-requestid': 'the id', ...headers });
      response.end(body);
    });
    const outcome = async (sender: 'sdk' | 'lean') => {
      const client = new DynamoDBClient(clientConfig({ endpoint }));
      cleanUps.push(() => client.destroy());
      const sink = sinkOf(client, { sender, retry: { attempts: 1 } });
      failing = false;
      await write(sink, [{ uuid: 'a' }]);
      failing = true;
      const result = await write(sink, [{ uuid: 'b' }]).then(
        ({ refusals }) => refusals[0],
        (error: unknown) => error,
      );
      const { code, cause } = result as { code: string; cause: Error };
      const { name, $metadata, ThrottlingReasons } = cause as Error & { $metadata: object; ThrottlingReasons?: object };
      return { code, name, $metadata, ThrottlingReasons };
    };
    const { $metadata, ...facts } = await outcome('lean');
    expect(facts).toEqual((({ $metadata: __, ...rest }) => rest)(await outcome('sdk')));
    expect($metadata).toMatchObject({ httpStatusCode: status, requestId: 'the id' });
  });
});
