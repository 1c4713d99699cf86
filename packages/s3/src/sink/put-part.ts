import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ClientHolder } from '../client-holder.ts';
import { crcNamed } from '../crc.ts';
import { wrongUpload, wrongWrite } from '../write-answer.ts';
import { checksumOf, type ObjectStore } from './object-store.ts';

/** Size of a piece of an upload. S3 takes 5 MiB at least, and 10,000 pieces (user guide, "multipart upload limits"). */
export const PIECE_BYTES: number = 8 * 2 ** 20;

/** An object that is to be written. */
export interface PartUpload {
  readonly bucket: string;
  readonly key: string;
  readonly contentType: string;
  /** Pieces of {@link PIECE_BYTES}, all but the last. */
  readonly pieces: AsyncIterable<Buffer>;
}

/**
 * Writes an object: in one request, or where there are more pieces than one as a multipart upload, a piece at a time. In both
 * cases S3 compares the whole with its CRC-64/NVME and keeps it. Answers the object's size.
 */
export async function putPart(store: ObjectStore, client: ClientHolder, upload: PartUpload): Promise<number> {
  const pieces = upload.pieces[Symbol.asyncIterator]();
  try {
    const first = await pieces.next();
    if (first.done === true) throw new TypeError('There is at least one piece.');
    const second = await pieces.next();
    if (second.done !== true) return await putPieces(store, client, upload, joined(first.value, second.value, pieces));
    await store.put({ key: upload.key, body: first.value, ContentType: upload.contentType });
    return first.value.length;
  } finally {
    await pieces.return?.();
  }
}

async function* joined(first: Buffer, second: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next: IteratorResult<Buffer> = { value: second }; next.done !== true; next = await rest.next()) {
    yield next.value;
  }
}

async function putPieces(
  store: ObjectStore,
  client: ClientHolder,
  { bucket, key, contentType }: PartUpload,
  pieces: AsyncIterable<Buffer>,
): Promise<number> {
  const crc = crcNamed('CRC64NVME');
  const target = { Bucket: bucket, Key: key };
  const kind = crc === undefined ? {} : ({ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' } as const);
  // Without an id the request would delete the object itself.
  const giveUp = async (UploadId: string | undefined): Promise<unknown> =>
    UploadId && client.get().send(new AbortMultipartUploadCommand({ ...target, UploadId }));
  const create = new CreateMultipartUploadCommand({ ...target, ...kind, ContentType: contentType });
  const { UploadId } = await store.send(
    key,
    (send) => send(client.get(), create),
    // Nobody waits for a late answer any more, nor for what becomes of its upload.
    { verify: wrongUpload, discard: (late) => void giveUp(late.UploadId).catch(() => {}) },
  );
  try {
    const parts: CompletedPart[] = [];
    let whole = crc?.start ?? 0n;
    let size = 0;
    for await (const Body of pieces) {
      const PartNumber = parts.length + 1;
      const piece = new UploadPartCommand({ ...target, UploadId, PartNumber, Body, ...checksumOf(Body) });
      const { ETag } = await store.send(key, (send) => send(client.get(), piece), {
        verify: (answer) => wrongWrite(answer, piece.input),
      });
      parts.push({ ETag, PartNumber, ...checksumOf(Body) });
      if (crc !== undefined) whole = crc.update(whole, Body);
      size += Body.length;
    }
    const complete = new CompleteMultipartUploadCommand({
      ...target,
      UploadId,
      MultipartUpload: { Parts: parts },
      ...(crc !== undefined && { ChecksumCRC64NVME: crc.base64(whole), ChecksumType: 'FULL_OBJECT' as const }),
    });
    await store.send(key, (send) => send(client.get(), complete), {
      verify: (answer) => wrongWrite(answer, complete.input),
    });
    return size;
  } catch (error) {
    // Not under the signal, which may be why it ends. What cannot be removed is a lifecycle rule's matter.
    await Promise.race([giveUp(UploadId).catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500).unref())]);
    throw error;
  }
}
