import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { type Context, MillraceError } from '@millrace/core';
import { ask } from '../ask.ts';
import type { ClientHolder } from '../client-holder.ts';
import { crcNamed } from '../crc.ts';
import { listObjects } from '../list-objects.ts';
import { s3Uri } from '../s3-ref.ts';
import { persistently } from './persistently.ts';

/** The requests that the sink makes of one bucket. Each is made again inside the budget, and rejects with a coded error. */
export interface ObjectStore {
  /** Sends anything, such as a part of an upload. */
  readonly send: <T>(
    key: string,
    request: (signal: AbortSignal) => Promise<T>,
    discard?: (late: T) => void,
  ) => Promise<T>;
  readonly put: (object: Omit<PutObjectCommandInput, 'Bucket' | 'Key' | 'Body'> & StoredObject) => Promise<void>;
  /** Answers `undefined` where there is no such object. */
  readonly text: (key: string) => Promise<string | undefined>;
  readonly remove: (key: string) => Promise<void>;
  readonly list: (prefix: string) => Promise<readonly string[]>;
}

export interface StoredObject {
  readonly key: string;
  readonly body: Uint8Array;
}

export interface StoreSettings {
  readonly bucket: string;
  readonly client: ClientHolder;
  readonly timeoutMs: number;
  readonly retryForMs: number;
}

/** The checksum of a whole body as S3 wants it told; nothing where it cannot be computed here: the SDK then sends CRC32. */
export function checksumOf(body: Uint8Array): { readonly ChecksumCRC64NVME?: string } {
  const crc = crcNamed('CRC64NVME');
  return crc === undefined ? {} : { ChecksumCRC64NVME: crc.base64(crc.update(crc.start, body)) };
}

export function objectStore({ bucket, client, timeoutMs, retryForMs }: StoreSettings, context: Context): ObjectStore {
  const { signal } = context;
  const persistence = { forMs: retryForMs, signal, retried: () => context.count('retries') };
  const send: ObjectStore['send'] = (key, request, discard) => {
    const subject = { action: 'write records to', uri: s3Uri({ bucket, key }) };
    return persistently(() => ask(request, { subject, signal, timeoutMs, ...(discard && { discard }) }), persistence);
  };
  return {
    send,
    put: async ({ key, body, ...more }) => {
      const put = new PutObjectCommand({ ...more, ...checksumOf(body), Bucket: bucket, Key: key, Body: body });
      await send(key, (abortSignal) => client.get().send(put, { abortSignal }));
    },
    text: async (key) => {
      try {
        return await send(key, async (abortSignal) => {
          const answer = await client.get().send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
          return (await answer.Body?.transformToString()) ?? '';
        });
      } catch (error) {
        if (error instanceof MillraceError && error.code === 'S3_OBJECT_NOT_FOUND') return undefined;
        throw error;
      }
    },
    remove: async (key) => {
      await send(key, (abortSignal) =>
        client.get().send(new DeleteObjectCommand({ Bucket: bucket, Key: key }), { abortSignal }),
      );
    },
    list: (prefix) =>
      persistently(async () => {
        const keys: string[] = [];
        for await (const { key } of listObjects(client, { bucket, prefix, signal })) keys.push(key);
        return keys;
      }, persistence),
  };
}
