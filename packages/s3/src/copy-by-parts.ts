import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { isMillraceError, MillraceError } from '@millrace/core';
import { ask } from './ask.ts';
import type { Copied, CopyRequest } from './copy-whole.ts';
import { wrongUpload, wrongWrite } from './write-answer.ts';

export interface CopyByPartsRequest extends CopyRequest {
  /** Size of the object in bytes. */
  readonly size: number;
  readonly partSize: number;
  readonly concurrency: number;
}

/** What an upload may have at most (user guide, "Amazon S3 multipart upload limits"). */
const MAX_PARTS = 10_000;

/**
 * Copies an object of any size on the server's side, part by part. Each part carries the condition on the source, so
 * parts of two versions never mix. After any failure, the upload is aborted, because remaining parts cost money.
 */
export async function copyByParts(request: CopyByPartsRequest): Promise<Copied> {
  const { client, source, size, target, concurrency, subject, signal } = request;
  const partSize = Math.max(request.partSize, Math.ceil(size / MAX_PARTS));
  const { Bucket, Key } = target;
  // Without an id the request would delete the object itself.
  const giveUp = async (UploadId: string | undefined): Promise<unknown> =>
    UploadId && client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  const { UploadId } = await ask(
    (send) => send(client, new CreateMultipartUploadCommand(target)),
    // Nobody waits for a late answer any more, nor for what becomes of its upload.
    { subject, signal, verify: wrongUpload, discard: (late) => void giveUp(late.UploadId).catch(() => {}) },
  );
  const upload = { Bucket, Key, UploadId };
  const failed = new AbortController();
  const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const parts: CompletedPart[] = [];
  let next = 0;

  const copyParts = async (): Promise<void> => {
    while (next * partSize < size) {
      const index = next++;
      const end = Math.min(size, (index + 1) * partSize) - 1;
      const PartNumber = index + 1;
      const part = { ...upload, ...source, PartNumber, CopySourceRange: `bytes=${index * partSize}-${end}` };
      const { CopyPartResult: copied } = await ask((send) => send(client, new UploadPartCopyCommand(part)), {
        subject,
        signal: stop,
        verify: (answer) => wrongWrite(answer.CopyPartResult),
      });
      // Where the upload has checksums, completing it needs those of the parts beside their ETags.
      const { LastModified: _, ...tags } = copied ?? {};
      parts[index] = { ...tags, PartNumber };
    }
  };

  try {
    const workers = Array.from({ length: concurrency }, copyParts);
    await Promise.all(workers).catch(async (error: unknown) => {
      failed.abort(error);
      await Promise.allSettled(workers);
      throw error;
    });
    const complete = { ...upload, MultipartUpload: { Parts: parts } };
    return await ask((send) => send(client, new CompleteMultipartUploadCommand(complete)), {
      subject,
      signal,
      verify: wrongWrite,
    });
  } catch (error) {
    // Not under the signal, which may be why the copy ends.
    const abortError = await giveUp(UploadId).catch((thrown: unknown) => thrown);
    // An upload that S3 does not know any more was completed, and only the answer was lost: the next call finds it.
    if (!(abortError instanceof Error) || abortError.name === 'NoSuchUpload') throw error;
    throw leftBehind(error, UploadId, abortError);
  }
}

/** Keeps the first error and adds what could not be removed. */
function leftBehind(error: unknown, uploadId: string | undefined, abortError: Error): unknown {
  if (!isMillraceError(error)) return error;
  return new MillraceError(
    error.code,
    `${error.message} The unfinished upload ${uploadId} could not be aborted; a lifecycle rule of the bucket should.`,
    {
      cause: error,
      retryable: error.retryable,
      details: { ...error.details, uploadId, abortError: String(abortError) },
    },
  );
}
