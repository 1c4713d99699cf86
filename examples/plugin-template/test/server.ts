import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SourceBench } from '@millrace/testkit';
import { httpSource, type HttpRef } from '../src/index.ts';

/** A server that keeps files, and that can break off and stall. */
export async function startServer(): Promise<SourceBench<HttpRef, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const open = new Set<ServerResponse>();
  let sendOnly: { readonly bytes: number; readonly and: 'break' | 'stall' } | undefined;
  const server = createServer((request, response) => {
    const content = files.get(request.url!);
    open.add(response);
    response.once('close', () => open.delete(response));
    if (content === undefined) return void response.writeHead(404).end();
    const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
    response.writeHead(200, { etag, 'content-length': content.length });
    if (sendOnly === undefined) return void response.end(content);
    const { bytes, and } = sendOnly;
    if (and === 'break') sendOnly = undefined;
    response.write(content.subarray(0, bytes), () => and === 'break' && setTimeout(() => response.destroy(), 20));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    source: httpSource(),
    put: (name, content) => {
      files.set(`/${name}`, content);
      return { url: `${base}/${name}`, etag: `"${createHash('sha256').update(content).digest('hex')}"` };
    },
    missing: { url: `${base}/missing` },
    respell: ({ url }) => ({ url: url.replace('http:', 'HTTP:') }),
    cutShort: (_, bytes) => void (sendOnly = { bytes, and: 'break' }),
    stall: (_, bytes) => void (sendOnly = { bytes, and: 'stall' }),
    held: () => open.size,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
