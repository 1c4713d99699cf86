import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { type AddressInfo, connect, Socket } from 'node:net';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { holdTimers } from '../../../test/support/hold-timers.ts';
import { createExchange, type Exchange, ownAgents } from '../src/exchange.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

type Handling = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(handle: Handling): Promise<number> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => handle(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A client as far as an exchange looks at it. */
const clientWith = (config?: object): DynamoDBClient =>
  ({
    config: { requestHandler: config === undefined ? {} : { httpHandlerConfigs: () => config } },
  }) as unknown as DynamoDBClient;

function exchangeTo(
  port: number | undefined,
  config?: object,
  more: { hostname?: string; max?: number } = {},
): Exchange {
  const agents = ownAgents(100);
  cleanUps.push(agents.close);
  const { hostname = '127.0.0.1', max } = more;
  const sent = {
    method: 'POST',
    protocol: 'http:',
    hostname,
    ...(port !== undefined && { port }),
    path: '/path',
    headers: {},
  };
  return createExchange(clientWith(config), sent, agents, max);
}

const HEADERS = ['host', 'x', 'content-length', '2'];
const BODY = Buffer.from('{}');
const send = (exchange: Exchange, signal = new AbortController().signal) => exchange(HEADERS, BODY, signal);
const good: Handling = (_, response) => void response.writeHead(203, { 'x-some': 'header' }).end('{"a":1}');

describe('an exchange', () => {
  it('posts to the path, and returns status, headers and body', async () => {
    const seen: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      seen.push(request.method, request.url, request.headers.host);
      good(request, response);
    });
    const { status, headers, body, attempts } = await send(exchangeTo(port));
    expect({ status, some: headers['x-some'], body: body.toString(), attempts }).toEqual({
      status: 203,
      some: 'header',
      body: '{"a":1}',
      attempts: 1,
    });
    expect(seen).toEqual(['POST', '/path', 'x']);
  });

  it.each([[[]], [['{"a":1}']], [['{"a"', ':1}']], [['{"a"', ':', '1}']]])(
    'returns a body of the pieces %j',
    async (pieces) => {
      const port = await serve((_, response) => {
        const left = [...pieces];
        const next = (): void => {
          const piece = left.shift();
          if (piece === undefined) response.end();
          else response.write(piece, () => void setImmediate(next));
        };
        next();
      });
      expect((await send(exchangeTo(port))).body.toString()).toBe(pieces.join(''));
    },
  );

  it('takes a body of the length that is allowed, and none that is longer', async () => {
    const port = await serve(good);
    expect((await send(exchangeTo(port, {}, { max: 7 }))).status).toBe(203);
    await expect(send(exchangeTo(port, {}, { max: 6 }))).rejects.toThrow('more than 6 bytes');
  });

  it('fails if its answer breaks off', async () => {
    const port = await serve(({ socket }, response) => {
      response.writeHead(200, { 'content-length': 9 });
      response.write('{}', () => void setImmediate(() => socket.resetAndDestroy()));
    });
    await expect(send(exchangeTo(port))).rejects.toMatchObject({ code: 'ECONNRESET', $metadata: { attempts: 1 } });
  });

  it('goes over the secure agent of the client where its endpoint is secure', async () => {
    const port = await serve(good);
    class Plain extends TlsAgent {
      override createConnection(): Socket {
        return connect(port, '127.0.0.1');
      }
    }
    const sent = { method: 'POST', protocol: 'https:', hostname: 'host', port, path: '/', headers: {} };
    const exchange = createExchange(
      clientWith({ httpsAgent: new Plain(), httpAgent: new Agent() }),
      sent,
      ownAgents(1),
    );
    expect((await send(exchange)).status).toBe(203);
  });

  it('connects to an address of IPv6 without its brackets, and to the port of the protocol if there is none', async () => {
    const port = await serve(good);
    const asked: object[] = [];
    class Watching extends Agent {
      override createConnection(options: { host?: string; port?: number }): Socket {
        asked.push({ host: options.host, port: options.port });
        return connect(port, '127.0.0.1');
      }
    }
    const httpAgent = new Watching();
    await send(exchangeTo(undefined, { httpAgent }, { hostname: '[::1]' }));
    await send(exchangeTo(7, { httpAgent }, { hostname: 'a[b]' }));
    expect(asked).toEqual([
      { host: '::1', port: 80 },
      { host: 'a[b]', port: 7 },
    ]);
  });
});

describe('connections of our own', () => {
  it('are one agent for each protocol, that keeps as many as it was given', () => {
    const agents = ownAgents(3);
    const [plain, secure] = [agents.of(false), agents.of(true)];
    expect([agents.of(false), agents.of(true)]).toEqual([plain, secure]);
    expect(agents.of(false)).toBe(plain);
    expect([plain instanceof TlsAgent, secure instanceof TlsAgent]).toEqual([false, true]);
    for (const agent of [plain, secure]) expect(agent).toMatchObject({ keepAlive: true, maxSockets: 3 });
    const closed = vi.spyOn(plain, 'destroy');
    agents.close();
    expect(closed).toHaveBeenCalledOnce();
    expect(agents.of(false)).not.toBe(plain);
    agents.close();
  });

  it('are not used if the handler of the client has an agent', async () => {
    const port = await serve(good);
    const httpAgent = new Agent({ keepAlive: true });
    const agents = ownAgents(1);
    const own = vi.spyOn(agents, 'of');
    const sent = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', port, path: '/', headers: {} };
    await send(createExchange(clientWith({ httpAgent }), sent, agents));
    expect(own).not.toHaveBeenCalled();
    await send(createExchange(clientWith({ httpAgent: {}, httpsAgent: httpAgent }), sent, agents));
    expect(own).toHaveBeenCalledExactlyOnceWith(false);
    createExchange(clientWith({ httpAgent }), { ...sent, protocol: 'https:' }, agents);
    expect(own).toHaveBeenLastCalledWith(true);
    agents.close();
    httpAgent.destroy();
  });
});

describe('the time-outs of an exchange', () => {
  it.each<[string, object | undefined, readonly number[]]>([
    ['this package’s', undefined, [20_000, 3000]],
    ['this package’s for 0', { connectionTimeout: 0, requestTimeout: 0, socketTimeout: 0 }, [20_000, 3000]],
    ['the client’s', { connectionTimeout: 41_111, requestTimeout: 42_222, socketTimeout: 43_333 }, [42_222, 41_111]],
    ['that of its sockets', { socketTimeout: 43_333 }, [43_333, 3000]],
    ['what a timer holds', { connectionTimeout: 2 ** 40, requestTimeout: 2 ** 40 }, [2 ** 31 - 1, 2 ** 31 - 1]],
  ])('are %s', async (_, config, expected) => {
    const exchange = exchangeTo(await serve(good), config);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    try {
      await send(exchange);
      const [first, second] = timers.mock.calls.map(([, ms]) => ms);
      expect([first, second]).toEqual(expected);
    } finally {
      timers.mockRestore();
    }
  });

  it('run no more once the answer is there', async () => {
    const exchange = exchangeTo(await serve(good), { connectionTimeout: 77_777, requestTimeout: 77_777 });
    using timers = holdTimers(77_777);
    await send(exchange);
    expect(timers.pending()).toBe(0);
  });

  it('run no more once the connection is there, while the answer is waited for', async () => {
    const come = Promise.withResolvers<ServerResponse>();
    const exchange = exchangeTo(await serve((_, response) => come.resolve(response)), { connectionTimeout: 77_777 });
    using timers = holdTimers(77_777);
    const sending = send(exchange);
    const response = await come.promise;
    expect(timers.pending()).toBe(0);
    response.end('{}');
    await sending;
  });

  it('end a request without a connection', async () => {
    const socket = Object.assign(new Socket(), { connecting: true });
    class Never extends Agent {
      override createConnection(): Socket {
        return socket;
      }
    }
    using timers = holdTimers(77_777);
    const sending = send(exchangeTo(1, { httpAgent: new Never(), connectionTimeout: 77_777 }));
    const failed = expect(sending).rejects.toMatchObject({
      name: 'TimeoutError',
      code: 'ETIMEDOUT',
      message: 'DynamoDB: no connection within 77777 ms.',
      $metadata: { attempts: 1 },
    });
    await vi.waitFor(() => expect(timers.pending()).toBe(1));
    timers.fire();
    await failed;
    expect(socket.destroyed).toBe(true);
  });

  it('end a request without an answer', async () => {
    const closed = Promise.withResolvers<void>();
    using timers = holdTimers(77_777);
    const port = await serve((request) => {
      request.socket.on('close', () => closed.resolve());
      timers.fire();
    });
    await expect(send(exchangeTo(port, { requestTimeout: 77_777 }))).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'DynamoDB: no answer within 77777 ms.',
    });
    await closed.promise;
  });
});

describe('the signal of an exchange', () => {
  it('ends it with its reason', async () => {
    const abort = new AbortController();
    const reason = new Error('stop');
    using timers = holdTimers(77_777);
    const port = await serve(() => abort.abort(reason));
    await expect(send(exchangeTo(port, { requestTimeout: 77_777 }), abort.signal)).rejects.toBe(reason);
    expect(timers.pending()).toBe(0);
    expect(reason).not.toHaveProperty('$metadata');
  });

  it('is left as it was', async () => {
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    await send(exchangeTo(await serve(good)), signal);
    expect(add.mock.calls.length).toBeGreaterThan(0);
    const listeners = (calls: readonly (readonly unknown[])[]) => new Set(calls.map(([, listener]) => listener));
    for (const listener of listeners(add.mock.calls)) expect(listeners(remove.mock.calls)).toContain(listener);
  });
});

describe('a connection that was kept, and is closed by the other side', () => {
  /** Exchanges that have kept so many connections, each of which is closed as soon as another request comes. */
  async function kept(count: number): Promise<Exchange> {
    const used = new Set<Socket>();
    const waiting: ServerResponse[] = [];
    const port = await serve((request, response) => {
      if (used.has(request.socket)) return void request.socket.resetAndDestroy();
      used.add(request.socket);
      if (used.size > count) return good(request, response);
      // All of them are open at once.
      if (waiting.push(response) === count) for (const one of waiting) one.end('{}');
    });
    const exchange = exchangeTo(port);
    await Promise.all(Array.from({ length: count }, () => send(exchange)));
    return exchange;
  }

  it('costs another, up to three of them', async () => {
    expect(await send(await kept(1))).toMatchObject({ status: 203, attempts: 2 });
    expect(await send(await kept(3))).toMatchObject({ status: 203, attempts: 4 });
  });

  it('fails the request after four of them', async () => {
    await expect(send(await kept(4))).rejects.toMatchObject({ code: 'ECONNRESET', $metadata: { attempts: 4 } });
  });

  it('fails it at once if it was not kept', async () => {
    const port = await serve(({ socket }) => void socket.resetAndDestroy());
    await expect(send(exchangeTo(port))).rejects.toMatchObject({ code: 'ECONNRESET', $metadata: { attempts: 1 } });
  });
});
