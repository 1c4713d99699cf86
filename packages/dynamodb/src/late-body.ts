import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

type Stack = DynamoDBClient['middlewareStack'];
type Handler = DynamoDBClient['config']['requestHandler'];

/** A request as it is handed to the SDK's HTTP client, as far as it matters here. */
interface OutgoingRequest {
  readonly body?: unknown;
}

/**
 * Sends a request's head and body once its connection is there, unless `signal` is aborted by then. Node would otherwise send them as
 * soon as the connection is open, however long the process was paused while it was being made: name resolution, TCP and TLS all
 * come after the last point at which the caller can ask.
 */
export function endOnceConnected(request: ClientRequest, body: Uint8Array | string, signal: AbortSignal): void {
  request.once('socket', (socket: Socket & { readonly secureConnecting?: boolean }) => {
    const end = (): void => {
      if (request.destroyed) return;
      // Head and body are made and put together before the last look, so that as little as possible lies between it and the wire.
      request.cork();
      request.write(body);
      // A watched signal asks the clock here.
      if (signal.aborted) return void request.destroy(signal.reason as Error);
      socket.uncork();
      request.end();
    };
    if (socket.secureConnecting === true) socket.once('secureConnect', end);
    else if (socket.connecting) socket.once('connect', end);
    else end();
  });
}

/**
 * Adds middleware that has requests sent late, by {@link endOnceConnected}. It sits next to the request handler, after signing and
 * all that reads the body: what it hands on is a stream, and the SDK pipes a stream into its HTTP request. A request handler that is
 * not the SDK's own for Node gets the body as it is, right after a last look at the signal.
 *
 * @param signalOf returns the signal of the request that was made from this input; undefined for requests of others
 */
export function sendLate(
  stack: Stack,
  requestHandler: Handler,
  signalOf: (input: object) => AbortSignal | undefined,
): void {
  stack.add(
    (next) => (args) => {
      const signal = signalOf(args.input);
      if (signal === undefined) return next(args);
      if (signal.aborted) throw signal.reason;
      const request = args.request as OutgoingRequest;
      const { body } = request;
      if (!isText(body) || !isStandard(requestHandler)) return next(args);
      const late = Object.assign(Object.create(Object.getPrototypeOf(request) as object) as object, request, {
        body: lateBody(body, signal),
      });
      return next({ ...args, request: late });
    },
    { step: 'deserialize', priority: 'low', name: 'millraceLate', override: true },
  );
}

/** Returns the command itself, which from then on is sent late. */
export function late<C extends { readonly middlewareStack: unknown }>(
  command: C,
  { config }: Pick<DynamoDBClient, 'config'>,
  signal: AbortSignal,
): C {
  sendLate(command.middlewareStack as Stack, config.requestHandler, () => signal);
  return command;
}

function lateBody(body: Uint8Array | string, signal: AbortSignal): Readable {
  const stream = new Readable({ read: () => {} });
  stream.pipe = (request) => {
    endOnceConnected(request as unknown as ClientRequest, body, signal);
    return request;
  };
  return stream;
}

function isText(body: unknown): body is Uint8Array | string {
  return typeof body === 'string' ? body !== '' : body instanceof Uint8Array && body.byteLength > 0;
}

let standard: unknown;

/** Whether it is the SDK's own handler for Node, found by comparison with that of a client that was only just made. */
function isStandard(handler: Handler): boolean {
  if (standard === undefined) {
    const pristine = new DynamoDBClient({ region: 'us-east-1' });
    standard = pristine.config.requestHandler.constructor;
    pristine.destroy();
  }
  return handler.constructor === standard && !Object.hasOwn(handler, 'handle');
}
