import type { HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { type ItemOrigin, MillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import { holdClient } from './client-holder.ts';
import { copyByParts } from './copy-by-parts.ts';
import { copySource } from './copy-source.ts';
import { copyWhole } from './copy-whole.ts';
import { findObject, headObject } from './head-object.ts';
import { landingHeaders } from './landing-headers.ts';
import { defaultLandingKey, type LandingKey, landingKey } from './landing-key.ts';
import { checkLoop, checkPlace, checkTrigger, type S3Place } from './landing-loop.ts';
import { type Landing, landingOf } from './landing-metadata.ts';
import { answeredVersion, type ObjectAnswer, originOf } from './object-version.ts';
import { isPinned } from './pin.ts';
import { responseInvalid } from './response-invalid.ts';
import { checkRef, type S3Ref, s3Uri } from './s3-ref.ts';

export interface CopyToLandingOptions {
  /** Bucket and prefix for copies. The prefix is prepended to every key unchanged, so it usually ends with `/`. */
  readonly target: S3Place;
  /** Name of the feed; part of the key and of the copy's metadata. Letters, digits, `.`, `_`, `-`, at most 128. */
  readonly feed: string;
  /** Makes the key after the target's prefix, from its argument alone. @default `<feed>/<digest>/<baseName>` */
  readonly key?: LandingKey;
  /** Bucket and prefix whose events trigger this copy. If given, a target that would cause such events is refused. */
  readonly trigger?: S3Place;
  /** Client for the target's region, which makes the copies. @default `new S3Client({})`, made at first use */
  readonly client?: S3Client;
  /** Client for reading the original's metadata, if it is in another region. @default `client` */
  readonly sourceClient?: S3Client;
  /** Whether to copy the original's own metadata. With `keep`, an object fails if the metadata does not fit. @default 'keep' */
  readonly userMetadata?: 'keep' | 'drop';
  /** Size in bytes above which an object is copied in parts. S3 copies at most 5 GB at once. @default 5000000000 */
  readonly multipartThreshold?: number;
  /** Size of a part in bytes; larger if the object would need more than 10,000 parts. @default 536870912 */
  readonly partSize?: number;
  /** Number of parts copied concurrently. @default 4 */
  readonly partConcurrency?: number;
}

/** Result of one copy. */
export interface LandingResult {
  /** `exists` if an earlier call copied this version; nothing was written then. */
  readonly outcome: 'copied' | 'exists';
  /** The copy, pinned to the version that was made or found. */
  readonly ref: S3Ref;
  /** Origin of the first original, which records read from the copy have. */
  readonly origin: ItemOrigin;
}

/** Copies one object to the landing bucket. */
export type LandingCopy = (
  ref: S3Ref,
  options?: { readonly signal?: AbortSignal | undefined },
) => Promise<LandingResult>;

const MiB = 1024 * 1024;
const MAX_SINGLE_COPY = 5_000_000_000;
/** How long S3 may take to describe an object. Copying depends on the object's size. */
const LOOK_TIMEOUT_MS = 60_000;

/**
 * Makes a function that copies an object to the landing bucket, on S3's side. It is the first step of the two-step pattern.
 *
 * The key depends only on the object's version and the feed, so a second call finds the first copy and keeps it. S3 makes the
 * copy only from the version and ETag that were checked. The copy keeps the original's origin, even through further copies,
 * its content headers and the user's metadata. Tags, ACL, storage class, retention and encryption are those of the landing
 * bucket.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`, or `S3_COPY_LOOP` if `trigger` covers the target. A copy rejects
 *   with the codes in the package's README, or with its signal's reason.
 * @example
 * const land = copyToLanding({ feed: 'prices', target: { bucket: 'landing' } });
 * const { outcome, ref } = await land({ bucket: 'supplier-drop', key: 'out/prices.ndjson.gz' });
 */
export function copyToLanding(options: CopyToLandingOptions): LandingCopy {
  checkCopyOptions(options);
  const { target, feed, key = defaultLandingKey, userMetadata = 'keep' } = options;
  const { multipartThreshold = MAX_SINGLE_COPY, partSize = 512 * MiB, partConcurrency = 4 } = options;
  const holder = holdClient(options.client);

  return Object.freeze(async (ref: S3Ref, { signal }: { readonly signal?: AbortSignal | undefined } = {}) => {
    checkRef(ref);
    checkLoop(target, ref);
    const client = holder.get();
    const head = await headObject(options.sourceClient ?? client, ref, signal, LOOK_TIMEOUT_MS);
    const uri = s3Uri(ref);
    const version = answeredVersion(ref, head);
    checkCopyable(uri, head);
    const landing: Landing = { feed, version: landingOf(head.Metadata, s3Uri(ref))?.version ?? version };
    const copy = { bucket: target.bucket, key: landingKey(target.prefix ?? '', key, landing) };

    const found = await findObject(client, copy, signal, LOOK_TIMEOUT_MS);
    if (found !== undefined) {
      const origin = originOf(checkSame(copy, found, landing).version);
      return { outcome: 'exists', ref: refOf(copy, found), origin } as const;
    }
    const place = { Bucket: copy.bucket, Key: copy.key, ...landingHeaders(head, landing, userMetadata, s3Uri(ref)) };
    // The ETag makes the copy exact. A version id that the reference does not name would take a permission of its own.
    const { versionId: _, ...unversioned } = version;
    const source = copySource(ref.versionId === undefined ? unversioned : version);
    const size = Number(version.size);
    const subject = {
      action: 'copy',
      uri: `${s3Uri(ref)} to ${s3Uri(copy)}`,
      versionId: version.versionId,
      pinned: isPinned(ref),
    };
    const request = { client, source, size, target: place, partSize, concurrency: partConcurrency, subject, signal };
    const copied = size > multipartThreshold ? await copyByParts(request) : await copyWhole(request);
    const made = refOf(copy, { ...copied, ContentLength: size });
    return { outcome: 'copied', ref: made, origin: originOf(landing.version) } as const;
  });
}

function checkCopyOptions(options: CopyToLandingOptions): void {
  const feedRule = 'letters, digits, ".", "_" and "-", at most 128 characters';
  checkOptions('copyToLanding', options, {
    target: check.object,
    feed: (value) => (typeof value === 'string' && /^[\w.-]{1,128}$/.test(value) ? undefined : feedRule),
    key: check.optional(check.callback),
    trigger: check.optional(check.object),
    client: check.optional(check.object),
    sourceClient: check.optional(check.object),
    userMetadata: check.optional(check.oneOf('keep', 'drop')),
    multipartThreshold: check.optional(check.integer(1, MAX_SINGLE_COPY)),
    partSize: check.optional(check.integer(5 * MiB, MAX_SINGLE_COPY)),
    partConcurrency: check.optional(check.integer(1, 100)),
  });
  checkPlace('copyToLanding target', options.target);
  if (options.trigger === undefined) return;
  checkPlace('copyToLanding trigger', options.trigger);
  checkTrigger(options.target, options.trigger);
}

/**
 * What is there under the copy's key must be this copy. Its origin may have another time: the same bytes were put again.
 *
 * @throws MillraceError `S3_LANDING_KEY_TAKEN`
 */
function checkSame(copy: S3Ref, found: HeadObjectCommandOutput, { feed, version }: Landing): Landing {
  const there = landingOf(found.Metadata, s3Uri(copy));
  const [id, thereId] = [originOf(version).id, there && originOf(there.version).id];
  if (there?.feed === feed && thereId === id) return there;
  const whose =
    there === undefined ? 'an object that is no landing copy' : `a copy of ${thereId} for feed ${there.feed}`;
  throw new MillraceError(
    'S3_LANDING_KEY_TAKEN',
    `${id} would land at ${s3Uri(copy)}, where ${whose} lies. It was left as it is. The option key must give every feed ` +
      'and every version a key of its own; {digest} does.',
    { details: { target: s3Uri(copy), id, there: thereId, feed: there?.feed } },
  );
}

/**
 * A copy is made only of what was looked at. That takes an ETag, which S3 compares, and the length, which decides how to copy.
 *
 * @throws MillraceError `S3_RESPONSE_INVALID`
 */
function checkCopyable(uri: string, { ETag, ContentLength }: HeadObjectCommandOutput): void {
  const subject = { action: 'copy', uri };
  if (ETag === undefined) throw responseInvalid(subject, 'it has no ETag, which a copy is held to');
  if (ContentLength === undefined) throw responseInvalid(subject, 'it tells no length');
}

function refOf(copy: S3Ref, answer: ObjectAnswer): S3Ref {
  const { lastModified: _, ...ref } = answeredVersion(copy, answer);
  return ref;
}
