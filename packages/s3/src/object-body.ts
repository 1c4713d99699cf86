import type { ItemContext } from '@millrace/core';
import { bodyStream } from './body-stream.ts';
import type { ClientHolder } from './client-holder.ts';
import { compareWith } from './comparison.ts';
import { pinnedSize } from './object-answer.ts';
import { parallelRanges } from './parallel-ranges.ts';
import { resumableRanges } from './resumable-ranges.ts';
import { type S3Ref, s3Uri } from './s3-ref.ts';
import type { WholeObject } from './whole-object.ts';

export interface ObjectBodyOptions {
  readonly client: ClientHolder;
  readonly ref: S3Ref;
  readonly object: WholeObject;
  readonly idleTimeoutMs: number;
  readonly maxResumes: number;
  /** Set where large objects are read by several ranges at once. */
  readonly ranges: { readonly count: number; readonly bytes: number } | undefined;
}

/** An object's content over as many requests as it takes. */
export interface ObjectBody {
  readonly chunks: (context: ItemContext) => AsyncIterable<Uint8Array>;
  readonly close: () => void;
}

/**
 * Reads an object's content, resumed where it has to be, and by several ranges at once where that is asked for and the
 * object is longer than one. It is compared with the stored checksum of the whole object before its last chunk is handed
 * out, over however many requests it came. An answer to a range carries no checksum, so the item's report counts
 * `verified` or `unverified` for what came over more than one request; unverified content still has to pass the checks of
 * its codec, such as gzip's CRC.
 *
 * @throws MillraceError `S3_BODY_CORRUPT`, and what `resumableRanges` throws; or the signal's reason
 */
export function objectBody({ client, ref, object, ranges, ...limits }: ObjectBodyOptions): ObjectBody {
  const { answer, checksum, asSent } = object;
  const length = answer.ContentLength ?? pinnedSize(ref);
  const body = resumableRanges({ client, ref, answer, length, first: bodyStream(answer), ...limits });

  async function* chunks(context: ItemContext): AsyncGenerator<Uint8Array, void> {
    const { signal, count } = context;
    const comparison = checksum && compareWith(checksum, s3Uri(ref));
    const parallel = ranges !== undefined && asSent && body.pinned && Number(length) > ranges.bytes;
    const content = parallel
      ? parallelRanges({
          ...ranges,
          length: Number(length),
          signal,
          read: (range, rangeSignal) => body.read(range, { signal: rangeSignal, count }),
        })
      : body.read({ start: 0, end: length }, context);
    let offset = 0;
    for await (const chunk of content) {
      offset += chunk.byteLength;
      comparison?.update(chunk);
      if (offset === length) comparison?.end();
      yield chunk;
    }
    comparison?.end();
    if (parallel || body.resumes() > 0) count(comparison === undefined ? 'unverified' : 'verified');
  }

  return { chunks, close: body.close };
}
