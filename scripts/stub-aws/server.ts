import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GeneratedObject, generatedObject } from './generated-object.ts';

/**
 * The program that `startStubAws` runs in a process of its own. It speaks as much S3 and DynamoDB as carrying an object
 * needs, at once and without keeping anything: what a measurement shows is then the library, not a server.
 */
const delayMs = Number(process.argv[2] ?? 0);
const objects = new Map<string, GeneratedObject>();
const stats = { requests: 0, records: 0, bytes: 0 };

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.destroy(error as Error));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'POST') return writeBatch(request, response);
  if (request.url === '/-/stats') {
    // The one that asks is closed, so that none of its connections is counted the next time.
    response.setHeader('connection', 'close');
    server.getConnections((_error, open) => response.end(JSON.stringify({ ...stats, connections: open - 1 })));
    return;
  }
  await readObject(request, response);
}

/** `GET /bucket/1000000.ndjson.gz` is an object whose text has a million bytes. */
async function readObject(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = /^\/[^/]+\/(\d+)\.ndjson\.gz(\?|$)/.exec(request.url ?? '')?.[1];
  if (bytes === undefined) {
    response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>');
    return;
  }
  const object = objects.get(bytes) ?? generatedObject(Number(bytes));
  objects.set(bytes, object);
  const offset = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(offset === 0 ? 200 : 206, {
    'content-length': object.size - offset,
    'content-type': 'application/x-ndjson',
    etag: object.etag,
    'last-modified': 'Sun, 01 Nov 2026 00:00:00 GMT',
    ...(offset === 0 ? {} : { 'content-range': `bytes ${offset}-${object.size - 1}/${object.size}` }),
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(Readable.from(object.content(offset), { objectMode: false }), response);
}

const PUT = Buffer.from('"PutRequest"');

async function writeBatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  let puts = 0;
  for (let at = body.indexOf(PUT); at !== -1; at = body.indexOf(PUT, at + PUT.length)) puts += 1;
  stats.requests += 1;
  stats.records += puts;
  stats.bytes += body.length;
  if (delayMs > 0) await sleep(delayMs);
  const units = [{ TableName: 'stub', CapacityUnits: puts }];
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ UnprocessedItems: {}, ConsumedCapacity: units }));
}
