import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { bareEtag } from './etag.ts';
import type { ObjectAnswer } from './object-version.ts';
import { checkPin } from './pin.ts';
import { responseInvalid } from './response-invalid.ts';
import type { Subject } from './s3-error.ts';
import type { S3Ref } from './s3-ref.ts';

/**
 * Says why an answer of 200 to a request for a whole object, or for its headers, cannot be S3's; `undefined` if it can. Proxies
 * answer with pages of their own, and with a part of the object that an earlier request asked for.
 */
export function wrongAnswer(ref: S3Ref, answer: GetObjectCommandOutput | HeadObjectCommandOutput): string | undefined {
  const { httpStatusCode: status, requestId } = answer.$metadata;
  const range = 'ContentRange' in answer ? answer.ContentRange : undefined;
  if (status === 206 || range !== undefined)
    return `it holds only a part of the object (${range ?? 'which is not said'})`;
  const verified = ref.etag !== undefined && bareEtag(ref.etag) === bareEtag(answer.ETag);
  if (!verified && requestId === undefined && /^text\/html\b/i.test(answer.ContentType ?? '')) {
    return 'it is a page in HTML and has no request id of S3';
  }
  if (answer.ETag === undefined && answer.VersionId === undefined && requestId === undefined) {
    return 'it has neither an ETag nor a request id of S3';
  }
  return undefined;
}

/**
 * Checks that the answer is of the version that the reference names, and as long as that is.
 *
 * @throws MillraceError `S3_OBJECT_CHANGED`, `S3_RESPONSE_INVALID`
 */
export function checkVersion(ref: S3Ref, answer: ObjectAnswer, subject: Subject): void {
  checkPin(ref, answer);
  const { ContentLength: length } = answer;
  const size = pinnedSize(ref);
  if (size === undefined || length === undefined || length === size) return;
  throw responseInvalid(
    subject,
    `it has ${length} bytes, and the event or listing that named this version says ${size}`,
  );
}

/**
 * The size of the version that a reference names; `undefined` if it names no version, or no size. A size without a version says
 * nothing: the object may have been overwritten since, and what is there now is what is asked for.
 */
export function pinnedSize({ size, etag, versionId }: S3Ref): number | undefined {
  return etag === undefined && versionId === undefined ? undefined : size;
}
