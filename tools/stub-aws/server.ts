import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bucketStub } from './bucket-stub.ts';
import { tableStub } from './table-stub.ts';
import { createVerifier } from './verifier.ts';

/** How the stub behaves. */
export interface StubOptions {
  /** How long each write takes to answer, in milliseconds. @default 0 */
  readonly delayMs?: number;
  /** Bytes a second that one connection for reading may carry. @default no limit */
  readonly bytesPerSecond?: number;
  /** Look at every item instead of counting them. It costs much time. @default false */
  readonly verify?: boolean;
}

/**
 * The program that `startStubAws` runs in a process of its own. It speaks as much S3 and DynamoDB as carrying an object
 * needs, at once and without keeping anything: what a measurement shows is then the library, not a server.
 */
const { delayMs = 0, bytesPerSecond = Infinity, verify = false } = JSON.parse(process.argv[2] ?? '{}') as StubOptions;
const bucket = bucketStub(bytesPerSecond);
const verifier = verify ? createVerifier(bucket.objectAt) : undefined;
const table = tableStub(delayMs, verifier);

const server = createServer((request, response) => {
  if (request.method === 'POST') table.answer(request, response);
  else if (request.url === '/-/stats') response.end(JSON.stringify(table.stats()));
  else if (request.url === '/-/connections') countConnections(response);
  else if (request.url === '/-/verdicts') response.end(JSON.stringify(verifier?.verdicts() ?? {}));
  else bucket.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
});
/** The one that asks is closed, so that it is not counted the next time. */
function countConnections(response: ServerResponse): void {
  response.setHeader('connection', 'close');
  server.getConnections((_error, open) => response.end(JSON.stringify(open - 1)));
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
