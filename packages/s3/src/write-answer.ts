/** Response of S3 to any write: the tag of the stored object, and its checksum if one was sent. */
interface WriteAnswer {
  readonly ETag?: string | undefined;
  readonly ChecksumCRC64NVME?: string | undefined;
}

/**
 * Says why an answer to a put, a part, a copy or a completed upload does not show that anything was stored; `undefined` if it does.
 *
 * @param sent what was written, with the checksum that was sent along
 */
export function wrongWrite(
  answer: WriteAnswer | undefined,
  sent: Pick<WriteAnswer, 'ChecksumCRC64NVME'> = {},
): string | undefined {
  if (!answer?.ETag) return 'it has no ETag of what was stored';
  const [stored, wanted] = [answer.ChecksumCRC64NVME, sent.ChecksumCRC64NVME];
  if (stored === undefined || wanted === undefined || stored === wanted) return undefined;
  return `it has the checksum ${stored} of what was stored, and ${wanted} was sent`;
}

/** Says why an answer does not show that a multipart upload was begun. */
export function wrongUpload({ UploadId }: { readonly UploadId?: string | undefined }): string | undefined {
  return UploadId ? undefined : 'it has no upload id';
}

/** Returns why a response does not prove that an object was removed. S3 returns 204; a store that returns 200 must identify itself. */
export function wrongDelete({
  $metadata: { httpStatusCode: status, requestId },
}: {
  readonly $metadata: { readonly httpStatusCode?: number | undefined; readonly requestId?: string | undefined };
}): string | undefined {
  return status === 204 || requestId !== undefined ? undefined : `it has status ${status} and no request id of S3`;
}
