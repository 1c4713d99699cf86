import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { type ItemContext, isMillraceError, MillraceError } from '@millrace/core';
import { ask } from './ask.ts';
import { bodyStream, discardBody } from './body-stream.ts';
import type { ClientHolder } from './client-holder.ts';
import type { ObjectAnswer } from './object-version.ts';
import { checkPin, isPinned, pin } from './pin.ts';
import { readBody } from './read-body.ts';
import { type S3Ref, s3Uri } from './s3-ref.ts';

export interface ResumableRangesOptions {
  readonly client: ClientHolder;
  readonly ref: S3Ref;
  /** What S3 said of the object. */
  readonly answer: Pick<ObjectAnswer, 'ETag'>;
  /** Length of the object in bytes, if S3 or the reference of the same version contains it. */
  readonly length: number | undefined;
  /** The body of the answer to a first request for the whole object, where there was one. */
  readonly first?: Readable;
  readonly idleTimeoutMs: number;
  /** Further requests at most, for all ranges together. */
  readonly maxResumes: number;
}

/** Bytes of an object: from `start` up to `end`, which is not among them; to its end where that is not known. */
export interface ByteRange {
  readonly start: number;
  readonly end: number | undefined;
}

/** One version of an object, to be read in one range or in several. */
export interface ResumableRanges {
  /** Whether ranges other than the whole can be asked for: its length is known, and its ETag holds on to the content. */
  readonly pinned: boolean;
  /** Reads a range; where there is a body of a first answer, the one that starts at 0 takes it, and is read once. */
  readonly read: (range: ByteRange, context: Pick<ItemContext, 'signal' | 'count'>) => AsyncIterable<Uint8Array>;
  /** How often a body was resumed so far. */
  readonly resumes: () => number;
  readonly close: () => void;
}

interface OpenBody {
  readonly stream: Readable;
  /** Byte of the object at which the body ends. */
  readonly end: number | undefined;
}

/** Waits between two requests: at random up to 100 ms, doubled each time, at most 10 s ("full jitter"). */
const BASE_DELAY_MS = 100;
const MAX_DELAY_MS = 10_000;

const RESUMABLE: ReadonlySet<string> = new Set(['S3_BODY_TRUNCATED', 'S3_BODY_STALLED', 'S3_UNAVAILABLE']);

/**
 * Reads ranges of one object; where a body breaks off or stalls, goes on at the byte that was reached, from the same
 * version and ETag only: two versions are never spliced. The budget is one for all ranges of the object, and the item's
 * report counts `resumes`.
 *
 * @throws MillraceError the last failure once the budget is spent, `S3_OBJECT_CHANGED`, `S3_BODY_CORRUPT`,
 *   `S3_RANGE_IGNORED`; or the signal's reason
 */
export function resumableRanges({ client, ref, answer, first, ...limits }: ResumableRangesOptions): ResumableRanges {
  const { idleTimeoutMs, maxResumes, length } = limits;
  const uri = s3Uri(ref);
  // The ETag holds on to the content. A version id that the reference does not name would take a permission of its own.
  const version: S3Ref = { ...ref, ...(answer.ETag === undefined ? {} : { etag: answer.ETag }) };
  const pinned = length !== undefined && answer.ETag !== undefined;
  const whole: OpenBody | undefined = first && { stream: first, end: length };
  const streams = new Set<Readable>(first && [first]);
  let resumes = 0;
  let closed = false;

  const open = async (offset: number, end: number, signal: AbortSignal): Promise<OpenBody> => {
    const request = new GetObjectCommand({
      ...pin(version),
      Range: `bytes=${offset}-${end === length ? '' : end - 1}`,
    });
    const rest = await ask((send) => send(client.get(), request), {
      subject: { action: `go on at byte ${offset} of`, uri, versionId: version.versionId, pinned: isPinned(ref) },
      signal,
      timeoutMs: idleTimeoutMs,
      // Without an ETag nobody knows which version a range is of.
      verify: ({ ETag }) => (ETag === undefined ? 'a range of the object has no ETag' : undefined),
      discard: discardBody,
    });
    const stream = bodyStream(rest);
    streams.add(stream);
    if (closed) stream.destroy();
    try {
      checkPin(version, rest, ref);
      if (rest.ContentRange !== `bytes ${offset}-${end - 1}/${length}`) throw rangeIgnored(uri, offset, rest);
    } catch (error) {
      release(stream);
      throw error;
    }
    return { stream, end };
  };

  const release = (stream: Readable): void => {
    stream.destroy();
    streams.delete(stream);
  };

  async function* read({ start, end }: ByteRange, { signal, count }: Pick<ItemContext, 'signal' | 'count'>) {
    let offset = start;
    let body = start === 0 ? whole : undefined;
    while (true) {
      try {
        body ??= await open(offset, Number(end), signal);
        const more = readBody(body.stream, { uri, offset, length: body.end, idleTimeoutMs, signal });
        for await (const chunk of more) {
          const part = body.end === end ? chunk : chunk.subarray(0, Number(end) - offset);
          offset += part.byteLength;
          yield part;
          // The first answer's body goes on to the object's end, the range may not.
          if (offset === end && body.end !== end) return;
        }
        return;
      } catch (error) {
        const worthIt = isMillraceError(error) && RESUMABLE.has(error.code) && offset < Number(end);
        if (!pinned || !worthIt || closed || resumes >= maxResumes) throw error;
        resumes += 1;
        count('resumes');
        const delay = Math.random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (resumes - 1));
        await sleep(delay, undefined, { signal }).catch(() => signal.throwIfAborted());
      } finally {
        if (body !== undefined) release(body.stream);
        body = undefined;
      }
    }
  }

  return {
    pinned,
    read,
    resumes: () => resumes,
    close: () => {
      closed = true;
      for (const stream of streams) stream.destroy();
    },
  };
}

function rangeIgnored(uri: string, offset: number, { ContentRange }: GetObjectCommandOutput): MillraceError {
  return new MillraceError(
    'S3_RANGE_IGNORED',
    `${uri}: the response does not hold the bytes from ${offset} on that were asked for. Read it again.`,
    { retryable: true, details: { uri, offset, contentRange: ContentRange } },
  );
}
