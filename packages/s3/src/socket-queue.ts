import type { Agent, ClientRequest } from 'node:http';
import type { S3Client } from '@aws-sdk/client-s3';

/** What is looked at of the SDK's request handler; others have other members. */
interface HandlerLike {
  readonly httpHandlerConfigs?: () => { readonly httpAgent?: AgentLike; readonly httpsAgent?: AgentLike };
}

type AgentLike = Partial<Pick<Agent, 'requests' | 'maxSockets'>>;

/** A request that waits for one of the client's own connections to become free. */
export interface QueuedRequest {
  readonly request: ClientRequest;
  /** How many connections the client may have to one host. */
  readonly maxSockets: number | undefined;
}

/** The header by which the SDK names a request, the same for all attempts. */
export const INVOCATION_ID = 'amz-sdk-invocation-id';

/**
 * Finds a request among those for which the client's agent has no connection left: nothing of it was sent. It needs the
 * SDK's own request handler; with any other, no request is ever found. A request that was made last is found first.
 */
export function queuedRequest(client: S3Client, invocationId: string): QueuedRequest | undefined {
  const { httpAgent, httpsAgent } = (client.config.requestHandler as HandlerLike).httpHandlerConfigs?.() ?? {};
  for (const agent of [httpsAgent, httpAgent]) {
    for (const queue of Object.values(agent?.requests ?? {})) {
      // Node's types say that a queue holds messages of a server; it holds requests of a client.
      const requests = (queue ?? []) as unknown as readonly ClientRequest[];
      const request = requests.findLast((one) => !one.destroyed && one.getHeader?.(INVOCATION_ID) === invocationId);
      if (request !== undefined) return { request, maxSockets: agent?.maxSockets };
    }
  }
  return undefined;
}
