import type { S3Client } from '@aws-sdk/client-s3';
import { isMillraceError, MillraceError } from '@millrace/core';
import { bareEtag } from './etag.ts';
import { findObject } from './head-object.ts';
import type { S3Ref } from './s3-ref.ts';

/**
 * Completes the failure to open an object that was overwritten with the ETag of what is there now, so that a run can learn from its
 * ledger whether that was carried. Only where the reference names no version: an older version that has an id can still be read.
 * S3's refusal does not say the ETag, so it takes another request. If that fails too, the error is returned as it is.
 */
export async function namingReplacement(
  error: unknown,
  ref: S3Ref,
  client: () => S3Client,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<unknown> {
  if (!isMillraceError(error) || error.code !== 'S3_OBJECT_CHANGED' || ref.versionId !== undefined) return error;
  if (error.details?.['replacedBy'] !== undefined || signal.aborted) return error;
  const found = await findObject(client(), ref, signal, timeoutMs).catch(() => undefined);
  const replacedBy = bareEtag(found?.ETag);
  if (replacedBy === undefined || replacedBy === bareEtag(ref.etag)) return error;
  const { code, message, cause, details, retryable } = error;
  return new MillraceError(code, message, { cause, retryable, details: { ...details, replacedBy } });
}
