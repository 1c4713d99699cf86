import type { S3Client } from '@aws-sdk/client-s3';
import {
  check,
  checkOptions,
  type Context,
  type OpenedItem,
  type RangedItem,
  type RangedSource,
  type SourceItem,
} from '@millrace/core';
import { ask } from './ask.ts';
import { discardBody } from './body-stream.ts';
import { holdClient } from './client-holder.ts';
import { bareEtag } from './etag.ts';
import { headObject } from './head-object.ts';
import { landingOf } from './landing-metadata.ts';
import { listObjects, type S3ListQuery } from './list-objects.ts';
import { objectBody } from './object-body.ts';
import { objectRanges } from './object-ranges.ts';
import { answeredVersion, type ObjectAnswer, originOf } from './object-version.ts';
import { checkPin, pin } from './pin.ts';
import { checkRef, type S3Ref, s3Uri } from './s3-ref.ts';
import { wholeObjects } from './whole-object.ts';

export interface S3SourceOptions {
  /** Client to read with. @default `new S3Client({})`, made at first use: region and credentials from the environment */
  readonly client?: S3Client;
  /**
   * How long S3 may deliver nothing while it is waited for, in milliseconds: first until it begins to answer, then between
   * two chunks of the body. @default 60000
   */
  readonly idleTimeoutMs?: number;
  /**
   * Further requests for one object at most, where its body breaks off or stalls: each goes on at the byte that was
   * reached. 0 fails at once. @default 10
   */
  readonly maxResumes?: number;
  /**
   * Reads objects over several connections at once, where they are longer than one range: for large uncompressed ones, where
   * one connection is slower than what follows. `{}` takes the defaults. @default one connection for each object
   */
  readonly ranges?: S3Ranges;
}

/** How an object is read over several connections at once. It takes memory for `count` × `bytes`, for each object open. */
export interface S3Ranges {
  /** Ranges of an object that are read or held at once; together for all objects below the client's `maxSockets`. @default 4 */
  readonly count?: number;
  /** Length of a range in bytes: each is a request of its own. @default 8388608 */
  readonly bytes?: number;
}

/** Reads S3 objects as streams of bytes, or by ranges, and lists them. */
export interface S3Source extends RangedSource<S3Ref, Uint8Array> {
  /**
   * References to the objects of a bucket, in pages that are asked for as the iteration goes on. It yields all of them or
   * throws; each iteration lists anew.
   *
   * @throws MillraceError `S3_LISTING_INCONSISTENT` where pages do not join up, or the code of what S3 answered
   */
  readonly list: (query: S3ListQuery) => AsyncIterable<S3Ref>;
}

/**
 * Makes a source of S3 objects. Each is read as one stream, pinned to the version and ETag of its reference, and
 * compared with the checksum that S3 stores, unless the client switches that off; its content is never buffered whole.
 * Where the stream breaks off or stalls, it goes on at that byte, never from another version. A codec that reads ranges gets
 * them by a request each, from the same version and with the same budget.
 *
 * The origin is that of the object as S3 answered, or, for a copy made by `copyToLanding`, that of the first original.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function s3Source(options: S3SourceOptions = {}): S3Source {
  checkOptions('s3Source', options, {
    client: check.optional(check.object),
    idleTimeoutMs: check.optional(check.integer(1, 2 ** 31 - 1)),
    maxResumes: check.optional(check.integer(0, 1000)),
    ranges: check.optional(check.object),
  });
  const { idleTimeoutMs = 60_000, maxResumes = 10 } = options;
  const ranges = options.ranges && checkedRanges(options.ranges);
  const client = holdClient(options.client);
  const wholeObject = wholeObjects(client);

  const open = async (ref: S3Ref, { signal }: Context): Promise<SourceItem<Uint8Array>> => {
    checkRef(ref);
    const uri = s3Uri(ref);
    const object = await ask((abortSignal) => wholeObject(pin(ref), abortSignal), {
      subject: { action: 'read', uri, versionId: ref.versionId },
      signal,
      timeoutMs: idleTimeoutMs,
      discard: (late) => discardBody(late.answer),
    });
    const { answer } = object;
    const body = objectBody({ client, ref, object, idleTimeoutMs, maxResumes, ranges });
    try {
      checkPin(ref, answer);
      return Object.freeze({ ...opened(ref, answer), ...body });
    } catch (error) {
      body.close();
      throw error;
    }
  };

  const openRanges = async (ref: S3Ref, { signal }: Context): Promise<RangedItem> => {
    checkRef(ref);
    const answer = await headObject(client.get(), ref, signal, idleTimeoutMs);
    const content = objectRanges({ client, ref, answer, idleTimeoutMs, maxResumes });
    return Object.freeze({ ...opened(ref, answer), ...content });
  };

  return Object.freeze({
    name: 's3',
    describe: s3Uri,
    open,
    openRanges,
    versionTag: ({ etag }: S3Ref) => bareEtag(etag),
    list: (query: S3ListQuery) => listObjects(client, query),
    close: client.release,
  });
}

/** What the answer says of the object: its origin, or, for a landing copy, that of the first original. */
function opened(ref: S3Ref, answer: ObjectAnswer): OpenedItem {
  const uri = s3Uri(ref);
  const landing = landingOf(answer.Metadata, uri);
  const origin = landing ? originOf(landing.version, uri) : originOf(answeredVersion(ref, answer));
  const versionTag = bareEtag(answer.ETag);
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
