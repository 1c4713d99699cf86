import {
  type Agent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import type { Exchange } from './exchange.ts';
import type { FaultCall } from './fault-call.ts';

/** Headers that belong to one connection, or that the proxy writes itself. RFC 9110, section 7.6.1. */
const OWN_HEADERS = new Set(['connection', 'keep-alive', 'transfer-encoding', 'expect', 'content-length']);

export interface ExchangeOptions {
  readonly call: FaultCall;
  readonly request: IncomingMessage;
  readonly client: ServerResponse;
  readonly target: URL;
  readonly agent: Agent;
  readonly signal: AbortSignal;
  readonly fired: () => void;
}

export function createExchange({ call, request, client, target, agent, signal, fired }: ExchangeOptions): Exchange {
  client.sendDate = false;
  return {
    call,
    signal,
    fired,
    forward: async (body = call.body) => {
      const { method, path } = call;
      const headers = rawHeadersWithout(request.rawHeaders, OWN_HEADERS);
      const sizes = body.length > 0 || request.headers['content-length'] !== undefined;
      if (sizes) headers.push('content-length', String(body.length));
      const { hostname, port } = target;
      const outgoing = httpRequest({ hostname, port, method, path, headers, agent, signal });
      // Once the answer has begun, a failure shows in its body; the request tells of it as well.
      outgoing.on('error', () => {});
      outgoing.end(body);
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      return answer;
    },
    relay: async (answer, body = answer) => {
      const headers = rawHeadersWithout(answer.rawHeaders, new Set(['connection', 'keep-alive', 'transfer-encoding']));
      client.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', headers);
      client.flushHeaders();
      await pipeline(body, client);
    },
    reply: async (status: number, headers: OutgoingHttpHeaders, body: string) => {
      client.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
      client.end(body);
    },
    reset: () => void client.socket?.resetAndDestroy(),
    endEarly: async () => {
      client.socket?.end();
      if (!signal.aborted) await once(signal, 'abort');
    },
  };
}

/** Names and values in turn, as Node takes and gives them, without some headers; repeated ones stay repeated. */
function rawHeadersWithout(raw: readonly string[], names: ReadonlySet<string>): string[] {
  return raw.filter((_, index) => !names.has(raw[index - (index % 2)]!.toLowerCase()));
}
