import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { GetObjectCommand, type GetObjectCommandOutput, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { MillraceError, type ReadableQuarantine } from '@millrace/core';
import { check, checkOptions, type QuarantineText, storedQuarantine } from '@millrace/core/plugin';
import { ask } from './ask.ts';
import { bodyStream, discardBody } from './body-stream.ts';
import { holdClient } from './client-holder.ts';
import { encodeKey } from './encode-key.ts';
import { MAX_METADATA_BYTES } from './landing-headers.ts';
import { metadataBytes } from './landing-metadata.ts';
import { listObjects } from './list-objects.ts';
import { wrongAnswer } from './object-answer.ts';
import { withPlace } from './own-place.ts';
import { QUARANTINE_SUFFIX } from './quarantine-place.ts';
import { readBody } from './read-body.ts';
import { s3Uri } from './s3-ref.ts';
import { wrongWrite } from './write-answer.ts';

export interface S3QuarantineOptions {
  /** Where rejections are kept: the name of a bucket, or the ARN of an access point. It must exist. */
  readonly bucket: string;
  /**
   * Stands in front of every key as it is, so it mostly ends with `/`. No event of what lies under it may lead to a feed.
   *
   * @default 'quarantine/'
   */
  readonly prefix?: string;
  /** Client to write and read with. @default `new S3Client({})`, made at first use: region and credentials from the environment */
  readonly client?: S3Client;
  /** How long S3 may take for one object, and may deliver nothing of its body, in milliseconds. @default 60000 */
  readonly timeoutMs?: number;
}

const PUT_AT = 'millrace-put-at';

/**
 * Makes a quarantine that keeps rejections in S3. Each batch of at most 1,000 rejections, and 8 MiB before compression, is one
 * object of gzipped NDJSON, `<prefix><feed>/<object>-<version>/<lowest ordinal>-<digest>.ndjson.gz`. Object and version are
 * digests of the source object's URI and id. A retry that rejects the same records overwrites its own object and no other.
 * `settle` adds marker objects, `…/settled/<digest>.json.gz`; nothing is changed or deleted. Each object's metadata contains
 * the feed and the URI.
 *
 * `rejections` lists the feed's keys, or those of one object if `uri` is given, and reads each object once. It needs
 * `s3:ListBucket` and `s3:GetObject`; writing and settling need `s3:PutObject`.
 *
 * A write rejects, which fails its object, with `S3_BUCKET_NOT_FOUND`, `S3_ACCESS_DENIED`, `S3_UNAVAILABLE` and the other
 * codes of S3's responses; reading also with `S3_QUARANTINE_DAMAGED`, `QUARANTINE_UNREADABLE` and `S3_LISTING_INCONSISTENT`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const quarantine = s3Quarantine({ bucket: 'quarantine', prefix: 'rejected/' });
 * await prices.run(refs, { quarantine });
 */
export function s3Quarantine(options: S3QuarantineOptions): ReadableQuarantine {
  checkOptions('s3Quarantine', options, {
    bucket: check.text,
    prefix: check.optional((value) => (typeof value === 'string' ? undefined : 'a string')),
    client: check.optional(check.object),
    timeoutMs: check.optional(check.integer(1, 2 ** 31 - 1)),
  });
  const { bucket, prefix = 'quarantine/', timeoutMs = 60_000 } = options;
  const client = holdClient(options.client);
  const place = (key: string): { readonly Bucket: string; readonly Key: string; readonly uri: string } => {
    const whole = `${prefix}${key}${QUARANTINE_SUFFIX}`;
    return { Bucket: bucket, Key: whole, uri: s3Uri({ bucket, key: whole }) };
  };

  const quarantine = storedQuarantine({
    name: 's3',
    concurrency: 4,
    put: async (key, text, about, signal) => {
      const { uri, ...object } = place(key);
      const put = new PutObjectCommand({
        ...object,
        Body: await promisify(gzip)(text),
        ContentType: 'application/gzip',
        Metadata: metadata(about),
      });
      const subject = { action: 'keep rejections in', uri };
      await ask((send) => send(client.get(), put), { subject, signal, timeoutMs, verify: wrongWrite });
    },
    list: async function* (start) {
      const query = { bucket, prefix: prefix + start, suffix: QUARANTINE_SUFFIX, quarantine: 'include' } as const;
      for await (const { key } of listObjects(client, query, { timeoutMs })) {
        yield key.slice(prefix.length, -QUARANTINE_SUFFIX.length);
      }
    },
    get: async (key) => {
      const { uri, ...object } = place(key);
      const answer = await ask((send) => send(client.get(), new GetObjectCommand(object)), {
        subject: { action: 'read', uri },
        timeoutMs,
        verify: (got) => wrongAnswer({ bucket, key: object.Key }, got) ?? withoutTime(got),
        discard: discardBody,
      });
      const { ContentLength: length } = answer;
      const { signal } = new AbortController();
      const body = readBody(bodyStream(answer), { uri, offset: 0, length, idleTimeoutMs: timeoutMs, signal });
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      return { text: await unzipped(Buffer.concat(chunks), uri), putAt: putAt(answer) };
    },
    keyOf: (uri) => {
      const start = s3Uri({ bucket, key: prefix });
      if (!uri.startsWith(start) || !uri.endsWith(QUARANTINE_SUFFIX)) return undefined;
      return uri.slice(start.length, -QUARANTINE_SUFFIX.length);
    },
    close: client.release,
  });
  return Object.freeze<ReadableQuarantine>({ ...quarantine, ...withPlace({ client, target: { bucket, prefix } }) });
}

/** The time is kept here because S3's own has whole seconds. A URI that does not fit is left out: it stands inside, too. */
function metadata({ feed, uri }: QuarantineText): Record<string, string> {
  const short = { 'millrace-feed': encodeURIComponent(feed), [PUT_AT]: new Date().toISOString() };
  const long = { ...short, 'millrace-uri': encodeKey(uri) };
  return metadataBytes(long) > MAX_METADATA_BYTES ? short : long;
}

/** When a text was kept, in milliseconds since the epoch; `NaN` if the response does not tell. */
function putAt({ LastModified, Metadata }: GetObjectCommandOutput): number {
  return Date.parse(Metadata?.[PUT_AT] ?? '') || Number(LastModified ?? Number.NaN);
}

/** The newest of several texts counts, so one without a time cannot be told from them. */
function withoutTime(answer: GetObjectCommandOutput): string | undefined {
  return Number.isNaN(putAt(answer)) ? 'it does not tell when the rejections were kept' : undefined;
}

async function unzipped(body: Buffer, uri: string): Promise<string> {
  try {
    return (await promisify(gunzip)(body)).toString();
  } catch (cause) {
    throw new MillraceError(
      'S3_QUARANTINE_DAMAGED',
      `${uri} lies in the quarantine's place but is no whole gzip file. Something else has written it; move it away.`,
      { cause, details: { uri } },
    );
  }
}
