import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { StubOptions } from './stub-aws/server.ts';
import type { TableStats } from './stub-aws/table-stub.ts';
import type { Verdict } from './stub-aws/verifier.ts';

/** S3 and DynamoDB on loopback that serve generated objects, accept everything at once and keep nothing. */
export interface StubAws {
  /** For `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly env: Readonly<Record<string, string>>;
  readonly stats: () => Promise<TableStats>;
  /** Connections that are open now, but for the one that asks. */
  readonly connections: () => Promise<number>;
  /** What arrived since the last call, by object, where the stub was told to verify. */
  readonly verdicts: () => Promise<Readonly<Record<string, Verdict>>>;
  readonly stop: () => void;
}

/** Starts the stub in a process of its own. Every key that `objectKey` makes is an object of any bucket. */
export async function startStubAws(options: StubOptions = {}): Promise<StubAws> {
  const program = fileURLToPath(new URL('stub-aws/server.ts', import.meta.url));
  const child = fork(program, [JSON.stringify(options)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const endpoint = `http://127.0.0.1:${port}`;
  const ask = async (path: string): Promise<unknown> => (await fetch(`${endpoint}/-/${path}`)).json();
  return {
    env: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'stub',
      AWS_SECRET_ACCESS_KEY: 'stub',
    },
    stats: async () => (await ask('stats')) as TableStats,
    connections: async () => (await ask('connections')) as number,
    verdicts: async () => (await ask('verdicts')) as Readonly<Record<string, Verdict>>,
    stop: () => child.disconnect(),
  };
}
