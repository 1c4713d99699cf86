import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { type ItemContext, isMillraceError, MillraceError } from '@millrace/core';
import { ask } from './ask.ts';
import { bodyStream, discardBody } from './body-stream.ts';
import type { ClientHolder } from './client-holder.ts';
import { compareWith } from './comparison.ts';
import { checkPin, pin } from './pin.ts';
import { readBody } from './read-body.ts';
import { type S3Ref, s3Uri } from './s3-ref.ts';
import type { WholeObject } from './whole-object.ts';

export interface ResumableBodyOptions {
  readonly client: ClientHolder;
  readonly ref: S3Ref;
  readonly object: WholeObject;
  readonly idleTimeoutMs: number;
  readonly maxResumes: number;
}

/** An object's content over as many requests as it takes. */
export interface ResumableBody {
  readonly chunks: (context: ItemContext) => AsyncIterable<Uint8Array>;
  readonly close: () => void;
}

/** Waits between two requests: at random up to 100 ms, doubled each time, at most 10 s ("full jitter"). */
const BASE_DELAY_MS = 100;
const MAX_DELAY_MS = 10_000;

const RESUMABLE: ReadonlySet<string> = new Set(['S3_BODY_TRUNCATED', 'S3_BODY_STALLED', 'S3_UNAVAILABLE']);

/**
 * Reads an object's content; where a body breaks off or stalls, goes on at the byte that was reached, from the same
 * version and ETag only: two versions are never spliced. The content is compared with the stored checksum of the whole
 * object before its last chunk is handed out, over however many requests it came. The item's report counts `resumes`, and
 * `verified` or `unverified` for what was resumed: an answer to a range carries no checksum, so that content without one of
 * the whole has to do with the checks of its codec, such as gzip's CRC.
 *
 * @throws MillraceError the last failure once the budget is spent, `S3_OBJECT_CHANGED`, `S3_BODY_CORRUPT`,
 *   `S3_RANGE_IGNORED`; or the signal's reason
 */
export function resumableBody({ client, ref, object, ...limits }: ResumableBodyOptions): ResumableBody {
  const { idleTimeoutMs, maxResumes } = limits;
  const { answer, checksum: stored } = object;
  const uri = s3Uri(ref);
  const length = answer.ContentLength;
  // The ETag holds on to the content. A version id that the reference does not name would take a permission of its own.
  const version: S3Ref = { ...ref, ...(answer.ETag === undefined ? {} : { etag: answer.ETag }) };
  let stream = bodyStream(answer);
  let closed = false;

  const goOn = async (offset: number, signal: AbortSignal): Promise<void> => {
    const request = new GetObjectCommand({ ...pin(version), Range: `bytes=${offset}-` });
    const rest = await ask((abortSignal) => client.get().send(request, { abortSignal }), {
      subject: { action: `go on at byte ${offset} of`, uri, versionId: version.versionId },
      signal,
      timeoutMs: idleTimeoutMs,
      discard: discardBody,
    });
    stream = bodyStream(rest);
    if (closed) stream.destroy();
    checkPin(version, rest);
    if (rest.ContentRange !== `bytes ${offset}-${Number(length) - 1}/${length}`) throw rangeIgnored(uri, offset, rest);
  };

  async function* chunks({ signal, count }: ItemContext): AsyncGenerator<Uint8Array, void> {
    const canResume = maxResumes > 0 && length !== undefined && version.etag !== undefined;
    const comparison = stored && compareWith(stored, uri);
    let offset = 0;
    let resumes = 0;
    let failure: unknown;
    do {
      try {
        if (failure !== undefined) await goOn(offset, signal);
        for await (const chunk of readBody(stream, { uri, offset, length, idleTimeoutMs, signal })) {
          offset += chunk.byteLength;
          comparison?.update(chunk);
          if (offset === length) comparison?.end();
          yield chunk;
        }
        failure = undefined;
      } catch (error) {
        stream.destroy();
        const worthIt = isMillraceError(error) && RESUMABLE.has(error.code) && offset < Number(length);
        if (!canResume || !worthIt || closed || resumes >= maxResumes) throw error;
        failure = error;
        resumes += 1;
        count('resumes');
        const delay = Math.random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (resumes - 1));
        await sleep(delay, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    } while (failure !== undefined);
    comparison?.end();
    if (resumes > 0) count(comparison === undefined ? 'unverified' : 'verified');
  }

  return {
    chunks,
    close: () => {
      closed = true;
      stream.destroy();
    },
  };
}

function rangeIgnored(uri: string, offset: number, { ContentRange }: GetObjectCommandOutput): MillraceError {
  return new MillraceError(
    'S3_RANGE_IGNORED',
    `${uri}: the body broke off at byte ${offset}, and the store does not answer with the rest of it. Read it again.`,
    { details: { uri, offset, contentRange: ContentRange } },
  );
}
