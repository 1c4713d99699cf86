import type { S3Client } from '@aws-sdk/client-s3';
import type { ItemOrigin, RangedSource } from '@millrace/core';
import {
  check,
  checkOptions,
  type Context,
  type OpenedItem,
  type RangedItem,
  type ReferenceIdentity,
  type SourceItem,
} from '@millrace/core/plugin';
import { ask } from './ask.ts';
import { discardBody } from './body-stream.ts';
import { holdClient } from './client-holder.ts';
import { bareEtag } from './etag.ts';
import { headObject } from './head-object.ts';
import { identityOf } from './identify.ts';
import { landingOf } from './landing-metadata.ts';
import { listObjects, type S3ListQuery } from './list-objects.ts';
import { skipMissing } from './missing-object.ts';
import { checkVersion, wrongAnswer } from './object-answer.ts';
import { objectBody } from './object-body.ts';
import { objectRanges } from './object-ranges.ts';
import { answeredVersion, type ObjectAnswer, originOf } from './object-version.ts';
import { withPlace } from './own-place.ts';
import { isPinned, pin } from './pin.ts';
import { namingReplacement } from './replaced-object.ts';
import { checkRef, parseS3Reference, type S3Ref, s3RefOf, s3Uri } from './s3-ref.ts';
import { openSettled } from './settled-version.ts';
import { type WholeObject, wholeObjects } from './whole-object.ts';

export interface S3SourceOptions {
  /** Client for reading. @default `new S3Client({})`, made at first use: region and credentials from the environment */
  readonly client?: S3Client;
  /**
   * Maximum wait for S3, in milliseconds: for the start of a response, and between two chunks of the body. @default 60000
   */
  readonly idleTimeoutMs?: number;
  /**
   * Maximum further requests for one object if its body breaks off or stalls; each resumes at the next byte. 0 fails
   * immediately. @default 10
   */
  readonly maxResumes?: number;
  /**
   * Reads objects that are longer than one range over several concurrent connections. Use it for large uncompressed objects
   * if one connection is slower than the rest of the feed. `{}` uses the defaults. @default one connection for each object
   */
  readonly ranges?: S3Ranges;
  /**
   * What to do if the object or version of a reference no longer exists. `'fail'` fails the object with
   * `S3_OBJECT_NOT_FOUND` or `S3_VERSION_NOT_FOUND`. `'skip'` rejects with `SOURCE_OBJECT_SKIPPED`: the run counts the object
   * as skipped and continues. Skip only if suppliers delete objects, because S3 returns the same error for a key that is
   * decoded incorrectly. A version under a delete marker still exists and is read. @default 'fail'
   */
  readonly missing?: 'fail' | 'skip';
  /**
   * Treats an object made by `copyToLanding` as its original, whose origin is in its metadata. Set `false` if others write
   * objects directly, because they could claim any origin, and you do not read landing copies. @default true
   */
  readonly landingCopies?: boolean;
}

/** How an object is read over several connections at once. It takes memory for `count` × `bytes`, for each object open. */
export interface S3Ranges {
  /** Concurrent ranges of an object, read or held in memory; the total for all objects must be below the client's `maxSockets`. @default 4 */
  readonly count?: number;
  /** Length of a range in bytes; each range needs one request. @default 8388608 */
  readonly bytes?: number;
}

/** Reads S3 objects as streams of bytes, or by ranges, and lists them. */
export interface S3Source extends RangedSource<S3Ref, Uint8Array> {
  /** Returns the identity of a reference with an ETag, so that a run can check its ledger before it calls S3. */
  readonly identify: (ref: S3Ref) => ReferenceIdentity | undefined;
  /** Returns a reference to the version of an origin, such as one of the ledger; for a landing copy, to the copy. */
  readonly refOf: (origin: ItemOrigin) => S3Ref | undefined;
  /**
   * Lists references to the objects of a bucket, and requests pages during the iteration. It yields all of them or
   * throws; each iteration lists again.
   *
   * @throws MillraceError `S3_LISTING_INCONSISTENT` if pages are inconsistent, or the code of S3's response
   */
  readonly list: (query: S3ListQuery) => AsyncIterable<S3Ref>;
}

/**
 * Makes a source that reads S3 objects. It reads each object as one stream, pinned to the version and ETag of its reference,
 * and verifies the checksum that S3 stores, unless the client disables this; it never buffers a whole object. If the stream
 * breaks off or stalls, it resumes at that byte, never from another version. A parser that reads ranges gets each of them with
 * one request, from the same version and with the same retry budget.
 *
 * The origin is the object in S3's response or, for a copy made by `copyToLanding`, the first original.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const source = s3Source();
 * await prices.run(source.list({ bucket: 'landing', prefix: 'prices/' }));
 */
export function s3Source(options: S3SourceOptions = {}): S3Source {
  checkOptions('s3Source', options, {
    client: check.optional(check.object),
    idleTimeoutMs: check.optional(check.integer(1, 2 ** 31 - 1)),
    maxResumes: check.optional(check.integer(0, 1000)),
    ranges: check.optional(check.object),
    missing: check.optional(check.oneOf('fail', 'skip')),
    landingCopies: check.optional(check.flag),
  });
  const { idleTimeoutMs = 60_000, maxResumes = 10, missing = 'fail', landingCopies = true } = options;
  const ranges = options.ranges && checkedRanges(options.ranges);
  const client = holdClient(options.client);
  const wholeObject = wholeObjects(client);

  const failing = async (error: unknown, ref: S3Ref, signal: AbortSignal): Promise<never> => {
    const why = missing === 'skip' ? skipMissing(error, ref) : error;
    throw await namingReplacement(why, ref, client.get, { signal, timeoutMs: idleTimeoutMs });
  };

  const open = async (ref: S3Ref, { signal }: Context): Promise<SourceItem<Uint8Array>> => {
    checkRef(ref);
    const subject = { action: 'read', uri: s3Uri(ref), versionId: ref.versionId, pinned: isPinned(ref) };
    const discard = ({ answer }: WholeObject): void => discardBody(answer);
    const request = (): Promise<WholeObject> =>
      ask((send) => wholeObject(pin(ref), send), {
        subject,
        signal,
        timeoutMs: idleTimeoutMs,
        verify: ({ answer }) => wrongAnswer(ref, answer),
        discard,
      });
    const object = await openSettled({ ref, subject, signal, open: request, discard }).catch((error: unknown) =>
      failing(error, ref, signal),
    );
    const body = objectBody({ client, ref, object, idleTimeoutMs, maxResumes, ranges });
    try {
      checkVersion(ref, object.answer, subject);
      return Object.freeze({ ...opened(ref, object.answer, landingCopies), ...body });
    } catch (error) {
      body.close();
      throw error;
    }
  };

  const openRanges = async (ref: S3Ref, { signal }: Context): Promise<RangedItem> => {
    checkRef(ref);
    const answer = await headObject(client.get(), ref, signal, idleTimeoutMs).catch((error: unknown) =>
      failing(error, ref, signal),
    );
    const content = objectRanges({ client, ref, answer, idleTimeoutMs, maxResumes });
    return Object.freeze({ ...opened(ref, answer, landingCopies), ...content });
  };

  return Object.freeze({
    name: 's3',
    describe: s3Uri,
    open,
    openRanges,
    versionTag: ({ etag }: S3Ref) => bareEtag(etag),
    identify: (ref: S3Ref) => identityOf(ref, landingCopies),
    refOf: s3RefOf,
    parseReference: parseS3Reference,
    ...withPlace({ client }),
    list: (query: S3ListQuery) => listObjects(client, query, { timeoutMs: idleTimeoutMs }),
    close: client.release,
  });
}

/** What the answer says of the object: its origin, or, for a landing copy, that of the first original. */
function opened(ref: S3Ref, answer: ObjectAnswer, landingCopies: boolean): OpenedItem {
  const uri = s3Uri(ref);
  const landing = landingCopies ? landingOf(answer.Metadata, uri) : undefined;
  const origin = landing ? originOf(landing.version, uri) : originOf(answeredVersion(ref, answer));
  const versionTag = bareEtag(answer.ETag ?? ref.etag);
  return {
    origin,
    ...(ref.sequencer !== undefined && { sequencer: ref.sequencer }),
    ...(versionTag !== undefined && { versionTag }),
  };
}

function checkedRanges(ranges: S3Ranges): Required<S3Ranges> {
  checkOptions('s3Source ranges', ranges, {
    count: check.optional(check.integer(2, 64)),
    bytes: check.optional(check.integer(2 ** 16, 2 ** 30)),
  });
  const { count = 4, bytes = 8 * 2 ** 20 } = ranges;
  return { count, bytes };
}
