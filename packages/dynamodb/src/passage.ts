import type { BatchWriteItemCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { sendLate } from './late-body.ts';

/** A request as an SDK client hands it to its HTTP client: resolved, signed, and about to be sent. */
export interface SentRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What goes along with one request through an SDK client. */
export interface Passage {
  /** Nothing is sent once it has fired. */
  readonly signal: AbortSignal;
  /** The body to send instead of what the SDK would make of the input; `undefined` where the SDK must make it. */
  readonly body: () => Uint8Array | undefined;
  /** Told of each attempt at its last moment. */
  readonly onSent: (request: SentRequest) => void;
}

/** Where requests find their {@link Passage}, by their input: middleware that is cached serves all of them. */
export type Passages = WeakMap<object, Passage>;

/** Bodies to insert, by their placeholder inputs. */
type Bodies = WeakMap<object, Uint8Array>;

/** The only one that bodies are written for. */
const JSON_TYPE = 'application/x-amz-json-1.0';

type Stack = DynamoDBClient['middlewareStack'];

/**
 * Adds middleware that attends to requests with a passage, and leaves others alone. It is all public API of the SDK:
 * before serialization the input makes way for an empty one, so that the SDK resolves the endpoint and makes the request
 * as ever; the body is put in before its length is taken; the signal is looked at after the retries, and once more when the
 * connection is there; and the last one before the HTTP client sees what is sent.
 *
 * @param requestHandler that of the client
 * @param slight the input without items, for one request
 */
export function attend(
  stack: Stack,
  requestHandler: DynamoDBClient['config']['requestHandler'],
  passages: Passages,
  slight: () => BatchWriteItemCommandInput,
): void {
  const bodies: Bodies = new WeakMap();
  stack.add(
    (next) => (args) => {
      const passage = passages.get(args.input);
      const body = passage?.body();
      if (passage === undefined || body === undefined) return next(args);
      const input = slight();
      passages.set(input, passage);
      bodies.set(input, body);
      return next({ ...args, input });
    },
    { step: 'serialize', priority: 'high', name: 'millraceSlightInput', override: true },
  );
  stack.add(
    (next) => (args) => {
      const body = bodies.get(args.input);
      if (body === undefined) return next(args);
      const request = args.request as { body: unknown; readonly headers: Readonly<Record<string, string>> };
      if (request.headers['content-type'] !== JSON_TYPE) throw new TypeError(`The client does not send ${JSON_TYPE}.`);
      request.body = body;
      return next(args);
    },
    { step: 'build', priority: 'high', name: 'millraceBody', override: true },
  );
  stack.add(
    (next) => (args) => {
      passages.get(args.input)?.signal.throwIfAborted();
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'millraceSignal', override: true },
  );
  stack.add(
    (next) => (args) => {
      passages.get(args.input)?.onSent(args.request as SentRequest);
      return next(args);
    },
    { step: 'deserialize', priority: 'low', name: 'millraceSent', override: true },
  );
  sendLate(stack, requestHandler, (input) => passages.get(input)?.signal);
}
