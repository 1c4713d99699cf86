import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { FaultCall } from './fault-call.ts';

/** One call on its way through the proxy, as a fault sees it. */
export interface Exchange {
  readonly call: FaultCall;
  /** Fires when the client is gone or the proxy stops. */
  readonly signal: AbortSignal;
  /** Notes that the fault has really happened; without it, the call does not count. */
  readonly fired: () => void;
  /** Sends the call to the target, with another body where one is given, and resolves with the answer's head. */
  readonly forward: (body?: Buffer) => Promise<IncomingMessage>;
  /** Passes an answer on to the client, with its body replaced where one is given. */
  readonly relay: (answer: IncomingMessage, body?: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Answers in the target's place. */
  readonly reply: (status: number, headers: OutgoingHttpHeaders, body: string) => Promise<void>;
  /** Resets the client's connection: it sees ECONNRESET. */
  readonly reset: () => void;
  /** Ends the client's connection properly, but before the body does; resolves when the client has closed it, too. */
  readonly endEarly: () => Promise<void>;
}
