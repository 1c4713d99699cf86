import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What the stub was sent by BatchWriteItem, and who is connected. */
export interface StubStats {
  readonly requests: number;
  readonly records: number;
  readonly bytes: number;
  /** Connections that are open now, but for the one that asks. */
  readonly connections: number;
}

/** S3 and DynamoDB on loopback that serve generated objects, accept everything at once and keep nothing. */
export interface StubAws {
  /** For `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly env: Readonly<Record<string, string>>;
  readonly stats: () => Promise<StubStats>;
  readonly stop: () => void;
}

/**
 * Starts the stub in a process of its own. Key `N.ndjson.gz` of any bucket is a gzipped object of N bytes of NDJSON.
 *
 * @param delayMs how long each BatchWriteItem takes to answer
 */
export async function startStubAws({ delayMs = 0 }: { readonly delayMs?: number } = {}): Promise<StubAws> {
  const child = fork(fileURLToPath(new URL('stub-aws/server.ts', import.meta.url)), [String(delayMs)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    env: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'stub',
      AWS_SECRET_ACCESS_KEY: 'stub',
    },
    stats: async () => (await (await fetch(`${endpoint}/-/stats`)).json()) as StubStats,
    stop: () => child.disconnect(),
  };
}
