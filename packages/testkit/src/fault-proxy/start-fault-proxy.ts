import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { MillraceError } from '@millrace/core';
import { createExchange } from './create-exchange.ts';
import { checkFault, type Fault, inject, meets } from './fault.ts';
import { type FaultCall, faultCall } from './fault-call.ts';

/** A call in the proxy's log. */
export interface LoggedCall extends FaultCall {
  /** The kind of fault that really happened to it. */
  readonly fault: Fault['kind'] | undefined;
}

/** An HTTP proxy in front of S3 or DynamoDB that injects faults. Without faults it passes everything through. */
export interface FaultProxy extends AsyncDisposable {
  /** The endpoint to give to a client. */
  readonly url: string;
  /** Every call, in the order of arrival. */
  readonly calls: readonly LoggedCall[];
  /** How often each kind of fault has happened. */
  readonly injected: Readonly<Partial<Record<Fault['kind'], number>>>;
  /**
   * Injects a fault into the next calls it meets. Of several that meet a call, the one added first happens.
   *
   * @returns removes the fault
   * @throws MillraceError `FAULT_UNKNOWN`, `OPTION_UNKNOWN`, `OPTION_INVALID`
   */
  readonly add: (fault: Fault) => () => void;
  /** Removes all faults; the log stays. */
  readonly clear: () => void;
  /** Refuses connections, as if nothing listened, and closes those that are open. */
  readonly refuseConnections: () => Promise<void>;
  /** Listens again, on the same port. */
  readonly acceptConnections: () => Promise<void>;
  /** Closes open connections and ends the proxy. Calling it again is the same as once. */
  readonly stop: () => Promise<void>;
}

/** A fault with what is left of its `times`. */
interface Armed {
  readonly fault: Fault;
  left: number;
}

/**
 * Starts a fault proxy on a free port of 127.0.0.1. It holds each whole request in memory before it passes it on; responses
 * are streamed. `Host` and signatures are not changed, but a fault may rewrite a body, so use it in front of servers that do
 * not check signatures.
 *
 * @param target the service's endpoint, such as `http://127.0.0.1:4566`
 * @throws MillraceError `OPTION_INVALID` if the target is not an `http:` URL
 * @example
 * const proxy = await startFaultProxy('http://127.0.0.1:4566');
 * proxy.add({ kind: 'endMidBody', at: 100 });
 */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const targetUrl = URL.canParse(target) ? new URL(target) : undefined;
  if (targetUrl?.protocol !== 'http:') {
    throw new MillraceError('OPTION_INVALID', `startFaultProxy: the target must be an http URL, but it is ${target}.`);
  }
  const agent = new Agent({ keepAlive: true });
  const calls: LoggedCall[] = [];
  const injected: Partial<Record<Fault['kind'], number>> = {};
  let armed: Armed[] = [];

  const answer = async (request: IncomingMessage, client: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    client.once('close', () => gone.abort());
    const call: FaultCall & { fault: Fault['kind'] | undefined } = {
      ...faultCall(calls.length + 1, request, await buffer(request)),
      fault: undefined,
    };
    calls.push(call);
    const meeting = armed.find(({ fault, left }) => left > 0 && meets(fault, call));
    if (meeting !== undefined) meeting.left -= 1;
    const fired = (): void => {
      if (meeting === undefined || call.fault !== undefined) return;
      call.fault = meeting.fault.kind;
      injected[call.fault] = (injected[call.fault] ?? 0) + 1;
    };
    const { signal } = gone;
    const exchange = createExchange({ call, request, client, target: targetUrl, agent, signal, fired });
    try {
      if (meeting === undefined) await exchange.relay(await exchange.forward());
      else await inject(exchange, meeting.fault);
    } finally {
      // It did not come to it, for example because the body was shorter: the fault is still to happen.
      if (meeting !== undefined && call.fault === undefined) meeting.left += 1;
    }
  };

  const server = createServer((request, client) => {
    // Whatever fails here, a client or a target that is gone, shows to the client as a reset connection.
    answer(request, client).catch(() => client.socket?.resetAndDestroy());
  });
  const listen = async (port: number): Promise<void> => {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    await close();
    agent.destroy();
  };
  return Object.freeze({
    url: `http://127.0.0.1:${port}`,
    calls,
    injected,
    add: (fault: Fault) => {
      checkFault(fault);
      const entry: Armed = { fault, left: fault.times ?? 1 };
      armed.push(entry);
      return () => {
        armed = armed.filter((other) => other !== entry);
      };
    },
    clear: () => {
      armed = [];
    },
    refuseConnections: close,
    acceptConnections: async () => {
      if (!server.listening) await listen(port);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  });
}
