import { once } from 'node:events';
import { Agent, createServer, type RequestListener } from 'node:http';
import { Agent as TlsAgent, createServer as createTlsServer } from 'node:https';
import type { AddressInfo, LookupFunction, Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { late } from '../src/late-body.ts';
import { dynamodbSink, type DynamodbSinkOptions } from '../src/index.ts';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { SENDERS } from './support/senders.ts';
import { recordContext, write } from './support/write.ts';

/** What TLS needs so that no certificate has to be made. */
const PSK = {
  ciphers: 'PSK-AES128-GCM-SHA256',
  maxVersion: 'TLSv1.2',
  minVersion: 'TLSv1.2',
} as const;
const KEY = Buffer.alloc(16, 7);

const CLEANUPS: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of CLEANUPS.splice(0).toReversed()) await clean();
});

interface Stage {
  readonly client: DynamoDBClient;
  /** Operations that the server has received. */
  readonly received: string[];
  /** Aborted, from the moment that it is asked, once `pauseAt` was reached: as a signal that watches a lease is. */
  readonly signal: AbortSignal;
  /** From now on, the "process" is paused while a connection is made. */
  readonly pause: () => void;
}

/**
 * A client over connections of its own, in whose making the process can be paused beyond its lease: during the name's resolution, or
 * between the TCP connection and the end of the TLS handshake.
 */
async function stage(at: 'lookup' | 'handshake'): Promise<Stage> {
  const received: string[] = [];
  const listener: RequestListener = (incoming, response) => {
    const operation = String(incoming.headers['x-amz-target']).split('.')[1]!;
    received.push(operation);
    incoming.resume().on('end', () => {
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      const capacity = { TableName: 'landing', CapacityUnits: 1 };
      response.end(
        JSON.stringify(
          operation === 'BatchWriteItem'
            ? { UnprocessedItems: {}, ConsumedCapacity: [capacity] }
            : { ConsumedCapacity: capacity },
        ),
      );
    });
  };
  const secure = at === 'handshake';
  const server: Server = secure
    ? createTlsServer({ ...PSK, pskCallback: () => KEY }, listener)
    : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  CLEANUPS.push(async () => {
    server.close();
    await once(server, 'close');
  });
  let pausing = false;
  let over = false;
  const paused = (): void => void (over ||= pausing);
  const agent = secure ? new PausingAgent(paused) : new Agent({ keepAlive: true, lookup: pausingLookup(paused) });
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `${secure ? 'https' : 'http'}://tables.test:${port}`,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: secure ? { httpsAgent: agent as TlsAgent } : { httpAgent: agent },
  });
  CLEANUPS.push(() => client.destroy());
  const controller = new AbortController();
  const { signal } = controller;
  Object.defineProperty(signal, 'aborted', {
    get: () => {
      if (over) controller.abort(new Error('the lease is over'));
      return Reflect.get(AbortSignal.prototype, 'aborted', signal) as boolean;
    },
  });
  return {
    client,
    received,
    signal,
    pause: () => {
      // Connections that are open are given up, so that the next request makes one.
      agent.destroy();
      pausing = true;
    },
  };
}

function pausingLookup(paused: () => void): LookupFunction {
  return (_host, options, done) => {
    paused();
    process.nextTick(() =>
      options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
    );
  };
}

class PausingAgent extends TlsAgent {
  readonly #paused: () => void;

  constructor(paused: () => void) {
    super({
      ...PSK,
      keepAlive: true,
      lookup: pausingLookup(() => {}),
      pskCallback: () => ({ psk: KEY, identity: 'test' }),
      checkServerIdentity: () => undefined,
    });
    this.#paused = paused;
  }

  override createConnection(...given: Parameters<TlsAgent['createConnection']>): Duplex | null | undefined {
    const socket = super.createConnection(...given);
    socket?.once('connect', this.#paused);
    return socket;
  }
}

describe.each(['lookup', 'handshake'] as const)('a process that is paused during the %s', (at) => {
  it.each(SENDERS)('sends nothing once it goes on (%s)', async (sender) => {
    const { client, pause, received, signal } = await stage(at);
    const sink = dynamodbSink({ table: 'landing', client, sender });
    // The first requests go through the client, the next ones as the option says.
    for (const uuid of ['a', 'b', 'c']) expect((await write(sink, [{ uuid }], signal)).refusals).toEqual([]);
    expect(received).toEqual(['BatchWriteItem', 'BatchWriteItem', 'BatchWriteItem']);
    pause();
    await expect(write(sink, [{ uuid: 'd' }], signal)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
    expect(received).toHaveLength(3);
    await sink.close?.();
  });

  it('sends not even its first request', async () => {
    const { client, pause, received, signal } = await stage(at);
    const sink = dynamodbSink({ table: 'landing', client });
    pause();
    await expect(write(sink, [{ uuid: 'a' }], signal)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
    expect(received).toEqual([]);
    await sink.close?.();
  });

  it('sends no conditional put', async () => {
    const { client, pause, received, signal } = await stage(at);
    const options: DynamodbSinkOptions = { table: 'landing', client, keepNewest: true };
    const sink = dynamodbSink(options);
    const entry = { ...recordContext(), generation: 2, value: { uuid: 'a', source: 's', generation: 2 } };
    const context = { feed: 'prices', run: 'run', stage: 'dynamodb', signal, count: () => {} };
    expect(await sink.write([entry], context)).toEqual([]);
    expect(received).toEqual(['PutItem']);
    pause();
    await expect(sink.write([entry], context)).rejects.toMatchObject({ code: 'DYNAMODB_ABORTED' });
    expect(received).toEqual(['PutItem']);
    await sink.close?.();
  });

  it('sends no deletion', async () => {
    const { client, pause, received, signal } = await stage(at);
    const deletion = (): DeleteItemCommand =>
      late(new DeleteItemCommand({ TableName: 'landing', Key: { uuid: { S: 'a' } } }), client, signal);
    await client.send(deletion());
    pause();
    await expect(client.send(deletion())).rejects.toThrow('the lease is over');
    expect(received).toEqual(['DeleteItem']);
  });
});

describe("a request handler that is not the SDK's", () => {
  it('gets the body as it is, and nothing once the lease is over', async () => {
    const { client, pause, received, signal } = await stage('lookup');
    const { requestHandler } = client.config;
    const bodies: unknown[] = [];
    const { handle } = requestHandler;
    requestHandler.handle = (request, options) => {
      bodies.push((request as { readonly body?: unknown }).body);
      return handle.call(requestHandler, request, options);
    };
    const put = (): DeleteItemCommand =>
      late(new DeleteItemCommand({ TableName: 'landing', Key: { uuid: { S: 'a' } } }), client, signal);
    await client.send(put());
    expect(String(bodies[0])).toContain('landing');
    expect(received).toEqual(['DeleteItem']);
    pause();
    await client.send(new DeleteItemCommand({ TableName: 'landing', Key: { uuid: { S: 'b' } } }));
    await expect(client.send(put())).rejects.toThrow('the lease is over');
    expect(received).toHaveLength(2);
  });
});
