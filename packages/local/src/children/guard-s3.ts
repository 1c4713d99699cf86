import type { buildApp } from 'fauxqs';
import { errorXml, refuse } from './s3-error.ts';

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

/** Makes fauxqs refuse, with S3's own errors, what it would otherwise do wrongly without a word. */
export function guardS3(app: S3App): void {
  app.addHook('preHandler', async (request, reply) => {
    if (request.method !== 'PUT' && request.method !== 'POST') return;
    // A write without a body and a content type is an empty object; fauxqs would answer 500.
    request.body ??= Buffer.alloc(0);
    const unknown = UNKNOWN_SUBRESOURCES.find((name) => name in ((request.query ?? {}) as object));
    if (unknown === undefined) return;
    await refuse(reply, 501, 'NotImplemented', `The local S3 does not know the sub-resource "${unknown}".`);
  });
  // Not an async hook, for the reason that announce-created-objects.ts gives.
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode !== 413) {
      done(null, payload);
      return;
    }
    const advice = 'The local S3 takes at most 11 MiB in one PUT or part; upload larger objects in parts.';
    const body = errorXml('EntityTooLarge', advice);
    reply.header('content-type', 'application/xml').header('content-length', Buffer.byteLength(body));
    // The client is still sending; an answer before its end would break its connection and never be read.
    const { raw } = request;
    if (raw.complete || raw.destroyed) return done(null, body);
    raw.once('close', () => done(null, body));
    raw.resume();
  });
}
