import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { crcNamed } from '../../packages/s3/src/crc.ts';

/**
 * S3 on loopback, in a process of its own: key `ALGORITHM/SIZE/RATE` of any bucket is an object of SIZE bytes with that
 * checksum of the whole, and is sent at no more than RATE bytes a second on each connection; 0 sends as fast as it can.
 */
const BLOCK = Buffer.from(Uint8Array.from({ length: 2 ** 20 }, (_, n) => (n * 7919) >> 3));
const TICK_MS = 5;
const sums = new Map<string, string>();

function* content(start: number, end: number, most: number): Generator<Buffer> {
  for (let at = start; at < end;) {
    const from = at % BLOCK.length;
    const part = BLOCK.subarray(from, Math.min(BLOCK.length, from + most, from + end - at));
    yield part;
    at += part.length;
  }
}

function checksum(algorithm: string, size: number): string {
  const blocks = content(0, size, BLOCK.length);
  if (algorithm === 'CRC32') {
    let crc = 0;
    for (const block of blocks) crc = crc32(block, crc);
    const value = Buffer.alloc(4);
    value.writeUInt32BE(crc);
    return value.toString('base64');
  }
  if (algorithm === 'CRC32C' || algorithm === 'CRC64NVME') {
    const crc = crcNamed(algorithm);
    if (crc === undefined) throw new Error('This needs WebAssembly.');
    let state = crc.start;
    for (const block of blocks) state = crc.update(state, block);
    return crc.base64(state);
  }
  const hash = createHash(algorithm);
  for (const block of blocks) hash.update(block);
  return hash.digest('base64');
}

async function send(response: ServerResponse, start: number, end: number, rate: number): Promise<void> {
  const begun = performance.now();
  let sent = 0;
  for (const part of content(start, end, rate === 0 ? BLOCK.length : (rate * TICK_MS) / 1000)) {
    while (rate > 0 && sent > ((performance.now() - begun) * rate) / 1000) await sleep(TICK_MS);
    if (response.closed) return;
    sent += part.length;
    if (!response.write(part))
      await new Promise<void>((resolve) => {
        const go = (): void => {
          response.off('drain', go).off('close', go);
          resolve();
        };
        response.on('drain', go).on('close', go);
      });
  }
  response.end();
}

const server = createServer((request, response) => {
  const [, , algorithm = 'none', size, rate] = new URL(request.url ?? '', 'http://stub').pathname.split('/');
  const length = Number(size);
  const [, from, to = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = to === '' ? length : Number(to) + 1;
  const key = `${algorithm}/${length}`;
  const whole = from === undefined && algorithm !== 'none';
  if (whole && !sums.has(key)) sums.set(key, checksum(algorithm, length));
  response.writeHead(from === undefined ? 200 : 206, {
    'content-length': end - start,
    etag: '"stub"',
    ...(from === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${length}` }),
    ...(whole
      ? { [`x-amz-checksum-${algorithm.toLowerCase()}`]: sums.get(key), 'x-amz-checksum-type': 'FULL_OBJECT' }
      : {}),
  });
  send(response, start, end, Number(rate)).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
