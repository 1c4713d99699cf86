import { type ItemContext, MillraceError } from '@millrace/core';
import type { RangedItem } from '@millrace/core/plugin';
import type { ClientHolder } from './client-holder.ts';
import type { ObjectAnswer } from './object-version.ts';
import { resumableRanges } from './resumable-ranges.ts';
import { type S3Ref, s3Uri } from './s3-ref.ts';

export interface ObjectRangesOptions {
  readonly client: ClientHolder;
  readonly ref: S3Ref;
  /** The answer to HEAD. */
  readonly answer: ObjectAnswer;
  readonly idleTimeoutMs: number;
  readonly maxResumes: number;
}

/**
 * Reads ranges of one version of an object, each by a request of its own, and resumed where it breaks off. S3 stores no
 * checksum of a range, so the item's report counts `unverified`, once.
 *
 * @throws MillraceError `S3_RANGE_INVALID` if the response has no length or ETag
 */
export function objectRanges(options: ObjectRangesOptions): Pick<RangedItem, 'size' | 'read'> & { close: () => void } {
  const { ref, answer } = options;
  const uri = s3Uri(ref);
  const size = answer.ContentLength;
  const body = resumableRanges({ ...options, length: size });
  if (!body.pinned || size === undefined) {
    const text = `${uri}: the response has no length or no ETag, so ranges of it cannot be held to one version. Read it from another endpoint.`;
    throw new MillraceError('S3_RANGE_INVALID', text, { details: { uri } });
  }
  let counted = false;

  const read = async (start: number, length: number, context: ItemContext): Promise<Uint8Array> => {
    const end = start + length;
    if (!(start >= 0 && length > 0 && end <= size)) {
      const text = `${uri} has ${size} bytes, so ${length} bytes from byte ${start} on cannot be read.`;
      throw new MillraceError('S3_RANGE_INVALID', text, { details: { uri, start, length, size } });
    }
    if (!counted) context.count('unverified');
    counted = true;
    const bytes = new Uint8Array(length);
    let offset = 0;
    for await (const chunk of body.read({ start, end }, context)) {
      bytes.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return bytes;
  };

  return { size, read, close: body.close };
}
