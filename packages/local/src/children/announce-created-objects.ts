import type { CreatedObject } from '../created-object.ts';
import type { S3App } from './guard-s3.ts';
import { tellParent } from './parent-link.ts';

type EventName = CreatedObject['eventName'];

/**
 * Tells the parent of every object that was created, once its request succeeded.
 *
 * @returns resolves when the parent has received every request that completed before this call
 */
export function announceCreatedObjects(app: S3App): () => Promise<void> {
  const open = new Set<Promise<void>>();
  let last = 0n;
  // Before the answer leaves, so that whoever has the answer can wait for the announcement. The hook must not wait
  // itself: fauxqs's handlers resolve without a value, and Fastify would then send the answer a second time.
  app.addHook('onSend', (request, reply, payload, done) => {
    const { bucket = '', '*': urlKey = '' } = request.params as { readonly bucket?: string; readonly '*'?: string };
    const headers = request.headers as Readonly<Record<string, string | undefined>>;
    const eventName = nameOf(request.method, urlKey, (request.query ?? {}) as object, headers);
    if (eventName === undefined || reply.statusCode >= 400) {
      done(null, payload);
      return;
    }
    // Strictly increasing, so that two events of one key can be ordered, also when the clock was set back.
    const now = BigInt(Date.now()) << 20n;
    last = now > last ? now : last + 1n;
    const known = {
      eventName,
      bucket,
      sequencer: last.toString(16).toUpperCase().padStart(18, '0'),
      eventTime: new Date().toISOString(),
      sourceIPAddress: request.ip,
      answeredAt: String(process.hrtime.bigint()),
      requestId: String(reply.getHeader('x-amz-request-id') ?? ''),
    };
    const eTag = String(reply.getHeader('etag') ?? /<ETag>([^<]*)<\/ETag>/.exec(String(payload))?.[1] ?? '');
    const announcement = announce(known, eTag, urlKey, headers, request.body).finally(() => open.delete(announcement));
    open.add(announcement);
    done(null, payload);
  });

  const announce = async (
    known: Omit<CreatedObject, 'key' | 'size' | 'eTag'>,
    eTag: string,
    urlKey: string,
    headers: Readonly<Record<string, string | undefined>>,
    body: unknown,
  ): Promise<void> => {
    const key = known.eventName === 'ObjectCreated:Post' ? await keyOfForm(headers, body) : urlKey;
    const tell = (size: number, tag: string): void => {
      const created: CreatedObject = { ...known, key, size, eTag: tag.replaceAll(/"|&quot;/g, '') };
      tellParent({ kind: 'created', created });
    };
    if (known.eventName === 'ObjectCreated:Put') {
      tell(Number(headers['x-amz-decoded-content-length'] ?? (Buffer.isBuffer(body) ? body.length : 0)), eTag);
      return;
    }
    const head = await app.inject({ method: 'HEAD', url: `/${known.bucket}/${encodeURIComponent(key)}` });
    // Deleted between its creation and this look at it: there is nothing to read, so nothing is announced.
    if (head.statusCode === 200) tell(Number(head.headers['content-length']), eTag || String(head.headers.etag));
  };

  return async () => void (await Promise.allSettled(open));
}

function nameOf(
  method: string,
  key: string,
  query: object,
  headers: Readonly<Record<string, string | undefined>>,
): EventName | undefined {
  if (method === 'POST') {
    if (key !== '') return 'uploadId' in query ? 'ObjectCreated:CompleteMultipartUpload' : undefined;
    return headers['content-type']?.includes('multipart/form-data') ? 'ObjectCreated:Post' : undefined;
  }
  if (method !== 'PUT' || key === '' || 'uploadId' in query || 'renameObject' in query) return undefined;
  return 'x-amz-copy-source' in headers ? 'ObjectCreated:Copy' : 'ObjectCreated:Put';
}

/** The key of a browser upload is a field of its form. */
async function keyOfForm(headers: Readonly<Record<string, string | undefined>>, body: unknown): Promise<string> {
  const request = new Response(body as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': headers['content-type'] ?? '' },
  });
  const form = await request.formData();
  const file = form.get('file');
  const name = file instanceof File ? file.name.replace(/^.*[/\\]/, '') : '';
  return (form.get('key') as string).replaceAll('${filename}', () => name);
}
