import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and PostgreSQL, and takes connections away. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that were asked for, and pieces that clients sent. */
  readonly calls: () => number;
  /** Cuts all connections and takes no other, until what it answers is called. */
  readonly interrupt: () => () => void;
  /** Cuts the connection on which a query is sent that has this text, before it comes to the server. `skip` spares the first ones. */
  readonly cutBefore: (text: string, skip?: number) => void;
  /** Lets such a query through, and cuts its connection instead of passing the answer on. */
  readonly cutAnswer: (text: string, skip?: number) => void;
  /** Lets such a query through, and never passes anything on again on that connection. */
  readonly stallAnswer: (text: string, skip?: number) => void;
  /** Faults that no query has met yet. */
  readonly armed: () => number;
  /** Forgets those. */
  readonly disarm: () => void;
  /** Answers that were kept back. */
  readonly stalled: () => number;
  readonly stop: () => Promise<void>;
}

type Fault = 'cutBefore' | 'cutAnswer' | 'stallAnswer';

export async function startTcpProxy(to: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const faults: { readonly fault: Fault; readonly text: string; skip: number }[] = [];
  let calls = 0;
  let stalled = 0;
  let away = false;

  const server = createServer((client) => {
    calls += 1;
    client.on('error', () => {});
    if (away) return void client.resetAndDestroy();
    const upstream = connect(to, '127.0.0.1');
    const pair = [client, upstream] as const;
    pairs.add(pair);
    let hit: Fault | undefined;
    upstream.on('error', () => client.resetAndDestroy());
    client.on('data', (chunk) => {
      calls += 1;
      const index = faults.findIndex((one) => chunk.includes(one.text) && one.skip-- <= 0);
      if (index >= 0) hit = faults.splice(index, 1)[0]!.fault;
      if (hit === 'cutBefore') return void client.resetAndDestroy();
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (hit === 'stallAnswer') return void (stalled += 1);
      // The answer is there, so the transaction is over; the client never learns of it.
      if (hit === 'cutAnswer') return void client.resetAndDestroy();
      client.write(chunk);
    });
    client.on('close', () => {
      pairs.delete(pair);
      upstream.destroy();
    });
    upstream.on('close', () => {
      if (hit !== 'stallAnswer') client.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const add =
    (fault: Fault) =>
    (text: string, skip = 0) =>
      void faults.push({ fault, text, skip });
  const cut = (): void => {
    for (const [client] of pairs) client.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    calls: () => calls,
    interrupt: () => {
      away = true;
      cut();
      return () => void (away = false);
    },
    cutBefore: add('cutBefore'),
    cutAnswer: add('cutAnswer'),
    stallAnswer: add('stallAnswer'),
    armed: () => faults.length,
    disarm: () => void faults.splice(0),
    stalled: () => stalled,
    stop: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
