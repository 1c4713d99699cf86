import type {
  $Command,
  S3Client,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from '@aws-sdk/client-s3';
import { INVOCATION_ID, queuedRequest, type QueuedRequest } from './socket-queue.ts';

/** What a middleware next to the wire sees of one attempt, once S3 has responded. */
export interface Attempt {
  /** The input of the command; the SDK's own middleware reads it after this. */
  readonly input: object;
  readonly request: unknown;
  readonly response: unknown;
}

/**
 * Sends a command through a client, and gives up when the request that it belongs to does.
 *
 * @param look called for each attempt to which S3 responds, before the SDK reads the response
 */
export type Send = <I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  client: S3Client,
  command: $Command<I, O, S3ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
  look?: (attempt: Attempt) => void,
) => Promise<O>;

/** What the sender of a request wants to know about its way to a connection. */
export interface SocketWatch {
  /** The request waits for one of the client's own connections; nothing of it was sent. */
  readonly queued: (queued: QueuedRequest) => void;
}

/** Looks up whether the request still waits for a connection. */
export type StillQueued = () => QueuedRequest | undefined;

/**
 * Makes a `send` that tells when a request waits for a connection of the client's own pool. It looks once the SDK has made the
 * request of each attempt, by a middleware of the command; the client stays as it is.
 */
export function watchedSend(
  signal: AbortSignal,
  watch: SocketWatch,
): { readonly send: Send; readonly still: StillQueued } {
  let still: StillQueued = () => undefined;
  const send: Send = (client, command, look) => {
    command.middlewareStack.add(
      (next) => (args) => {
        const result = next(args);
        const { headers } = args.request as { readonly headers?: Readonly<Record<string, string>> };
        const id = headers?.[INVOCATION_ID];
        if (id !== undefined) {
          still = () => (signal.aborted ? undefined : queuedRequest(client, id));
          setImmediate(() => {
            const queued = still();
            if (queued !== undefined) watch.queued(queued);
          });
        }
        if (look === undefined) return result;
        return result.then((output) => {
          look({ input: args.input, request: args.request, response: output.response });
          return output;
        });
      },
      // One for all that is looked at: the SDK sorts a command's middleware each time that it sends one.
      // A command that is sent again carries the middleware of the time before.
      { step: 'deserialize', priority: 'low', name: 'millraceSocketWatch', override: true },
    );
    return client.send(command, { abortSignal: signal });
  };
  return { send, still: () => still() };
}
