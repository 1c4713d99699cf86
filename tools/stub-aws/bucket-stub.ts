import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GeneratedObject, generatedObject } from './generated-object.ts';
import { objectSpec } from './object-spec.ts';
import { LAST_MODIFIED } from './verifier.ts';

export interface BucketStub {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** The object behind `s3://bucket/key`. */
  readonly objectAt: (uri: string) => GeneratedObject | undefined;
}

/** Objects made so far are kept by their content, of which many keys may have the same. */
const KEPT_OBJECTS = 100;

/** Bytes that are sent at once: all of a small object, and the steps of a throttled connection. */
const SLICE = 64 * 1024;

/**
 * S3's GetObject and HeadObject, with ranges, of objects that are made as they are read.
 *
 * @param bytesPerSecond what one connection may carry; `Infinity` throttles nothing
 */
export function bucketStub(bytesPerSecond: number): BucketStub {
  const objects = new Map<string, GeneratedObject>();
  const objectOf = (key: string): GeneratedObject | undefined => {
    const spec = objectSpec(key);
    if (spec === undefined) return undefined;
    const content = JSON.stringify(spec);
    const object = objects.get(content) ?? generatedObject(spec);
    if (objects.size < KEPT_OBJECTS) objects.set(content, object);
    return object;
  };
  return {
    objectAt: (uri) => objectOf(/^s3:\/\/[^/]+\/(.*)$/.exec(uri)?.[1] ?? ''),
    answer: async (request, response) => {
      const object = objectOf(/^\/[^/]+\/([^?]*)/.exec(request.url ?? '')?.[1] ?? '');
      if (object === undefined) {
        response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>');
        return;
      }
      const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
      const from = Number(first ?? 0);
      const to = last === undefined || last === '' ? object.size : Math.min(object.size, Number(last) + 1);
      response.writeHead(first === undefined ? 200 : 206, {
        'content-length': to - from,
        'content-type': 'application/octet-stream',
        'accept-ranges': 'bytes',
        etag: object.etag,
        'last-modified': new Date(LAST_MODIFIED).toUTCString(),
        ...(first === undefined ? {} : { 'content-range': `bytes ${from}-${to - 1}/${object.size}` }),
      });
      if (request.method === 'HEAD') response.end();
      else if (to - from <= SLICE) response.end(Buffer.concat([...object.content(from, to)]));
      else await send(object.content(from, to), response, bytesPerSecond);
    },
  };
}

async function send(content: Iterable<Uint8Array>, response: ServerResponse, bytesPerSecond: number): Promise<void> {
  const pieces = bytesPerSecond === Infinity ? content : throttled(content, bytesPerSecond);
  await pipeline(Readable.from(pieces, { objectMode: false }), response);
}

async function* throttled(content: Iterable<Uint8Array>, bytesPerSecond: number): AsyncGenerator<Uint8Array, void> {
  const started = performance.now();
  let sent = 0;
  for (const piece of content) {
    for (let at = 0; at < piece.length; at += SLICE) {
      const slice = piece.subarray(at, at + SLICE);
      yield slice;
      sent += slice.length;
      const ahead = (sent / bytesPerSecond) * 1000 - (performance.now() - started);
      if (ahead >= 1) await sleep(ahead);
    }
  }
}
