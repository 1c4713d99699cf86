import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as TlsAgent, request as requestHttps } from 'node:https';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CONNECTION_MS, REQUEST_MS } from './client.ts';
import { endOnceConnected } from './late-body.ts';
import { MAX_ANSWER_BYTES } from './limits.ts';
import type { SentRequest } from './passage.ts';
import { MAX_TIMER_MS } from './until-aborted.ts';

/** An answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Requests that were sent for it. */
  readonly attempts: number;
}

/** Sends a request to one endpoint. Rejects if the response is incomplete. */
export type Exchange = (headers: readonly string[], body: Uint8Array, signal: AbortSignal) => Promise<HttpAnswer>;

/** Connections of our own, for clients whose handler has none to share. */
export interface OwnAgents {
  readonly of: (secure: boolean) => Agent;
  readonly close: () => void;
}

export function ownAgents(maxSockets: number): OwnAgents {
  const made = new Map<boolean, Agent>();
  return {
    of: (secure) => {
      const agent = made.get(secure) ?? new (secure ? TlsAgent : Agent)({ keepAlive: true, maxSockets });
      made.set(secure, agent);
      return agent;
    },
    close: () => {
      for (const agent of made.values()) agent.destroy();
      made.clear();
    },
  };
}

/** What the SDK's HTTP handler was set to; all of it may be missing. */
interface HandlerConfig {
  readonly httpAgent?: unknown;
  readonly httpsAgent?: unknown;
  readonly connectionTimeout?: number;
  readonly requestTimeout?: number;
  readonly socketTimeout?: number;
}

/**
 * Sends to where `sent` went, over the agent of the client's HTTP handler, so that its connections, their number and any
 * proxy are shared; and with its time-outs, or this package's where it has none. Where its handler is of another kind,
 * the agent is one of `agents`.
 */
export function createExchange(
  client: DynamoDBClient,
  { protocol, hostname, port, path }: SentRequest,
  agents: OwnAgents,
  maxAnswerBytes: number = MAX_ANSWER_BYTES,
): Exchange {
  const handler = client.config.requestHandler as { readonly httpHandlerConfigs?: () => HandlerConfig };
  const config = handler.httpHandlerConfigs?.() ?? {};
  const secure = protocol === 'https:';
  const shared = secure ? config.httpsAgent : config.httpAgent;
  const request = secure ? requestHttps : requestHttp;
  const options = {
    agent: shared instanceof Agent ? shared : agents.of(secure),
    method: 'POST',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    path,
  };
  const limits: ExchangeLimits = {
    connectionMs: Math.min(config.connectionTimeout || CONNECTION_MS, MAX_TIMER_MS),
    answerMs: Math.min(config.requestTimeout || config.socketTimeout || REQUEST_MS, MAX_TIMER_MS),
    maxAnswerBytes,
  };
  return async (headers, body, signal) => {
    for (let attempts = 1; ; attempts += 1) {
      const sending = request({ ...options, headers });
      try {
        const answer = await answerOf(sending, body, signal, limits);
        return { ...answer, attempts };
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        // A connection that was kept may have been closed by the other side meanwhile. Putting twice leaves it there once.
        const closed = sending.reusedSocket && CLOSED.has((thrown as NodeJS.ErrnoException).code ?? '');
        if (!closed || attempts === MAX_CLOSED) throw Object.assign(thrown as Error, { $metadata: { attempts } });
      }
    }
  };
}

interface ExchangeLimits {
  readonly connectionMs: number;
  readonly answerMs: number;
  readonly maxAnswerBytes: number;
}

/** Kept connections that one request may find closed. */
const MAX_CLOSED = 4;

const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

function answerOf(
  sending: ClientRequest,
  body: Uint8Array,
  signal: AbortSignal,
  { connectionMs, answerMs, maxAnswerBytes }: ExchangeLimits,
): Promise<Omit<HttpAnswer, 'attempts'>> {
  return new Promise((resolve, reject) => {
    let connecting: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(connecting);
      clearTimeout(answering);
      signal.removeEventListener('abort', abort);
    };
    const fail = (error: Error): void => {
      end();
      reject(error);
      sending.destroy();
    };
    const abort = (): void => fail(signal.reason as Error);
    const answering = setTimeout(() => fail(timeout(`no answer within ${answerMs} ms`)), answerMs);
    signal.addEventListener('abort', abort, { once: true });
    sending.on('error', fail);
    sending.on('socket', (socket) => {
      if (!socket.connecting) return;
      connecting = setTimeout(() => fail(timeout(`no connection within ${connectionMs} ms`)), connectionMs);
      socket.once('connect', () => clearTimeout(connecting));
    });
    sending.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > maxAnswerBytes) fail(new Error(`The answer has more than ${maxAnswerBytes} bytes.`));
      });
      response.on('error', fail);
      response.on('end', () => {
        end();
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) });
      });
    });
    endOnceConnected(sending, body, signal);
  });
}

/** As the SDK names it. */
function timeout(what: string): Error {
  return Object.assign(new Error(`DynamoDB: ${what}.`), { name: 'TimeoutError', code: 'ETIMEDOUT' });
}
