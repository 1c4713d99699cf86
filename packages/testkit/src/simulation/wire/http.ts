import { Readable } from 'node:stream';
import type { Scheduler } from '../time/scheduler.ts';
import type { SimulatedProcess } from '../time/simulated-process.ts';
import type { Network } from './network.ts';

/** A request as the AWS SDK hands it to its request handler. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A response of a simulated service. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** How the body comes: in one piece at once, or as a stream of pieces that can break off or stall. */
  readonly stream?: BodyStream;
}

/** A body that takes time. */
export interface BodyStream {
  readonly pieceBytes: number;
  readonly gapMs: number;
  /** Bytes after which the connection breaks, or says nothing more. */
  readonly endsAt?: number;
  readonly ends?: 'break' | 'stall';
}

/** A service that can be reached by HTTP. */
export type HttpService = (request: HttpRequest, fault: string | undefined) => HttpResponse;

/** The seam that the AWS SDK offers: what a client takes as its `requestHandler`. */
export interface SdkRequestHandler {
  readonly metadata: { readonly handlerProtocol: string };
  readonly handle: (
    request: HttpRequest,
    options?: { readonly abortSignal?: AbortSignal },
  ) => Promise<{ readonly response: unknown }>;
  readonly destroy: () => void;
  readonly updateHttpClientConfig: () => void;
  readonly httpHandlerConfigs: () => Record<string, never>;
}

export interface HttpHandlerOptions {
  readonly network: Network;
  readonly scheduler: Scheduler;
  readonly process: SimulatedProcess;
  readonly name: string;
  readonly service: HttpService;
  readonly timeoutMs?: number;
}

/** Connects an SDK client of one process with a simulated service. */
export function sdkRequestHandler(options: HttpHandlerOptions): SdkRequestHandler {
  const { network, scheduler, process, name, service, timeoutMs } = options;
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    destroy: () => {},
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    handle: async (request, { abortSignal } = {}) => {
      const answer = await network.send({
        process,
        service: name,
        what: `${request.headers['x-amz-target'] ?? request.method} ${request.path}`,
        apply: (fault) => service(request, fault),
        signal: abortSignal,
        ...(timeoutMs !== undefined && { timeoutMs }),
      });
      const { status, headers, body, stream } = answer;
      const content = stream === undefined ? body : streamOf(scheduler, process, body, stream);
      return { response: { statusCode: status, reason: '', headers: { ...headers }, body: content } };
    },
  };
}

function streamOf(scheduler: Scheduler, process: SimulatedProcess, body: Uint8Array, how: BodyStream): Readable {
  const stream = new Readable({ read() {} });
  const end = Math.min(how.endsAt ?? body.length, body.length);
  const next = (from: number): void => {
    scheduler.inProcess(process, how.gapMs, () => {
      if (stream.destroyed) return;
      const to = Math.min(from + how.pieceBytes, end);
      if (to > from) stream.push(Buffer.from(body.subarray(from, to)));
      if (to < end) return next(to);
      if (how.ends === 'stall') return;
      if (how.ends === 'break') return void stream.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
      stream.push(null);
    });
  };
  next(0);
  return stream;
}
