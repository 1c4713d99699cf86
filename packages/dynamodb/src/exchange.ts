import { Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as TlsAgent, request as requestHttps } from 'node:https';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CONNECTION_MS, REQUEST_MS } from './client.ts';
import { MAX_ANSWER_BYTES } from './limits.ts';
import type { SentRequest } from './passage.ts';

/** An answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Requests that were sent for it. */
  readonly attempts: number;
}

/** Sends requests to one endpoint. It rejects where there is no whole answer. */
export interface Exchange {
  readonly post: (headers: readonly string[], body: Uint8Array, signal: AbortSignal) => Promise<HttpAnswer>;
  readonly close: () => void;
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
 * the agent is made here.
 */
export function createExchange(client: DynamoDBClient, sent: SentRequest, concurrency: number): Exchange {
  const { protocol, hostname, port, path } = sent;
  const handler = client.config.requestHandler as { readonly httpHandlerConfigs?: () => HandlerConfig };
  const config = handler.httpHandlerConfigs?.() ?? {};
  const secure = protocol === 'https:';
  const shared = secure ? config.httpsAgent : config.httpAgent;
  const settings = { keepAlive: true, maxSockets: concurrency };
  const own = shared instanceof Agent ? undefined : secure ? new TlsAgent(settings) : new Agent(settings);
  const request = secure ? requestHttps : requestHttp;
  const options = {
    agent: own ?? (shared as Agent),
    method: 'POST',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(port !== undefined && { port }),
    path,
  };
  const connectionMs = config.connectionTimeout || CONNECTION_MS;
  const answerMs = config.requestTimeout || config.socketTimeout || REQUEST_MS;
  const post: Exchange['post'] = async (headers, body, signal) => {
    for (let attempts = 1; ; attempts += 1) {
      const sending = request({ ...options, headers });
      try {
        const answer = await answerOf(sending, body, signal, connectionMs, answerMs);
        return { ...answer, attempts };
      } catch (thrown) {
        // A connection that was kept may have been closed by the other side meanwhile. Putting twice leaves it there once.
        const closed = sending.reusedSocket && CLOSED.has((thrown as NodeJS.ErrnoException).code ?? '');
        if (closed && attempts < MAX_CLOSED && !signal.aborted) continue;
        throw Object.assign(thrown as Error, { $metadata: { attempts } });
      }
    }
  };
  return { post, close: () => own?.destroy() };
}

/** Kept connections that one request may find closed. */
const MAX_CLOSED = 4;

const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

function answerOf(
  sending: ClientRequest,
  body: Uint8Array,
  signal: AbortSignal,
  connectionMs: number,
  answerMs: number,
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
        if (length > MAX_ANSWER_BYTES) fail(new Error(`The answer has more than ${MAX_ANSWER_BYTES} bytes.`));
      });
      response.on('error', fail);
      response.on('end', () => {
        end();
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) });
      });
    });
    sending.end(body);
  });
}

/** As the SDK names it. */
function timeout(what: string): Error {
  return Object.assign(new Error(`DynamoDB: ${what}.`), { name: 'TimeoutError', code: 'ETIMEDOUT' });
}
