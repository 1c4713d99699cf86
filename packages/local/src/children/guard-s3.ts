import type { buildApp } from 'fauxqs';

export type S3App = ReturnType<typeof buildApp>;

/** Sub-resources of an object that fauxqs does not know: it would take their XML for the object's new body. */
const UNKNOWN_SUBRESOURCES = [
  'tagging',
  'acl',
  'retention',
  'legal-hold',
  'restore',
  'torrent',
  'select',
  'encryption',
];

/** Makes fauxqs refuse what it would otherwise do wrongly without a word, and honour the conditions on a copy's source. */
export function guardS3(app: S3App): void {
  app.addHook('preHandler', async (request, reply) => {
    const { method, headers } = request;
    if (method !== 'PUT' && method !== 'POST') return;
    const query = (request.query ?? {}) as Record<string, string>;
    const unknown = UNKNOWN_SUBRESOURCES.find((name) => name in query);
    if (unknown !== undefined) {
      await refuse(reply, 501, 'NotImplemented', `The local S3 does not know the sub-resource "${unknown}".`);
      return;
    }
    const source = headers['x-amz-copy-source'];
    const wanted = headers['x-amz-copy-source-if-match'];
    if (typeof source !== 'string' || typeof wanted !== 'string') return;
    const head = await app.inject({
      method: 'HEAD',
      url: `/${source.replace(/^\//, '').replace(/\?versionId=.*$/, '')}`,
    });
    if (head.statusCode === 200 && unquoted(String(head.headers.etag)) !== unquoted(wanted)) {
      await refuse(reply, 412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
    }
  });
  // Not an async hook, for the reason that announce-created-objects.ts gives.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (reply.statusCode !== 413) {
      done(null, payload);
      return;
    }
    const advice = 'The local S3 takes at most 11 MiB in one PUT or part; upload larger objects in parts.';
    const body = errorXml('EntityTooLarge', advice);
    reply.header('content-type', 'application/xml').header('content-length', Buffer.byteLength(body));
    done(null, body);
  });
}

interface Reply {
  readonly code: (status: number) => { readonly type: (type: string) => { readonly send: (body: string) => unknown } };
}

async function refuse(reply: Reply, status: number, code: string, message: string): Promise<void> {
  await reply.code(status).type('application/xml').send(errorXml(code, message));
}

function errorXml(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}
