import type { S3App } from './guard-s3.ts';
import { refuse } from './s3-error.ts';

const FAILED = 'At least one of the pre-conditions you specified did not hold';

/**
 * Honours `If-None-Match: *` and `If-Match` on writes and `x-amz-copy-source-if-match` on copies, all of which fauxqs
 * ignores. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function honourConditions(app: S3App): void {
  /** ETag of an object, or `undefined` if it does not exist. */
  const etagOf = async (path: string): Promise<string | undefined> => {
    const head = await app.inject({ method: 'HEAD', url: path });
    return head.statusCode === 200 ? unquoted(head.headers.etag) : undefined;
  };

  app.addHook('preHandler', async ({ method, headers }, reply) => {
    const { 'x-amz-copy-source': source, 'x-amz-copy-source-if-match': wanted } = headers;
    if (method !== 'PUT' || typeof source !== 'string' || wanted === undefined) return;
    // `bucket/key`, with or without a slash before it, and encoded, often with its slashes.
    const path = decodeURIComponent(source.replace(/\?versionId=.*$/, '')).replace(/^\//, '');
    const found = await etagOf(`/${encodeURIComponent(path).replace('%2F', '/')}`);
    if (found !== undefined && found !== unquoted(wanted)) await refuse(reply, 412, 'PreconditionFailed', FAILED);
  });

  /** The last conditional write of each object that is under way: they take turns, so that one of many wins. */
  const turns = new Map<string, Promise<void>>();
  app.addHook('preHandler', async ({ method, headers, url }, reply) => {
    const { 'if-none-match': none, 'if-match': match } = headers;
    if ((method !== 'PUT' && method !== 'POST') || (none === undefined && match === undefined)) return;
    const path = url.replace(/\?.*$/, '');
    const before = turns.get(path);
    const turn = new Promise<void>((resolve) => {
      reply.raw.once('close', resolve);
    });
    turns.set(path, turn);
    void turn.then(() => turns.get(path) === turn && turns.delete(path));
    await before;

    const found = await etagOf(path);
    if (none !== undefined && none !== '*') {
      await refuse(reply, 501, 'NotImplemented', 'If-None-Match of a write takes "*" only.');
    } else if (match !== undefined && found === undefined) {
      await refuse(reply, 404, 'NoSuchKey', 'The specified key does not exist.');
    } else if ((none === '*' && found !== undefined) || (match !== undefined && found !== unquoted(match))) {
      await refuse(reply, 412, 'PreconditionFailed', FAILED);
    }
  });
}

function unquoted(etag: unknown): string {
  return String(etag).replaceAll('"', '');
}
