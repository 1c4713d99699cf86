import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { MillraceError } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';
import { ask, type AskOptions } from '../ask.ts';
import type { ClientHolder } from '../client-holder.ts';
import { crcNamed } from '../crc.ts';
import { listObjects } from '../list-objects.ts';
import { wrongAnswer } from '../object-answer.ts';
import { s3Uri } from '../s3-ref.ts';
import type { Send } from '../watched-send.ts';
import { wrongDelete, wrongWrite } from '../write-answer.ts';
import { persistently } from './persistently.ts';

/** The requests that the sink makes of one bucket. Each is made again inside the budget, and rejects with a coded error. */
export interface ObjectStore {
  /** Sends anything, such as a part of an upload; `verify` says why a response is none to it. */
  readonly send: <T>(key: string, request: (send: Send) => Promise<T>, options: SendOptions<T>) => Promise<T>;
  readonly put: (object: Omit<PutObjectCommandInput, 'Bucket' | 'Key' | 'Body'> & StoredObject) => Promise<void>;
  /** Returns `undefined` if the object does not exist. */
  readonly text: (key: string) => Promise<string | undefined>;
  readonly remove: (key: string) => Promise<void>;
  readonly list: (prefix: string) => Promise<readonly string[]>;
}

export type SendOptions<T> = Required<Pick<AskOptions<T>, 'verify'>> & Pick<AskOptions<T>, 'discard'>;

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
  const { signal, timeLeftMs } = context;
  /** A process that was paused, and whose timers have not run yet, finds out here that its lease is over. */
  const checkTime = (): void => {
    if (timeLeftMs?.() !== 0) return;
    const message =
      'The lease on this object is over, so another run may have it. Nothing more is written to S3. Run it again.';
    throw new MillraceError('LEDGER_LEASE_LOST', message, { retryable: true });
  };
  const persistence = { forMs: retryForMs, signal, retried: () => context.count('retries') };
  const send: ObjectStore['send'] = (key, request, options) => {
    const subject = { action: 'write records to', uri: s3Uri({ bucket, key }) };
    const attempt = () => {
      checkTime();
      return ask(request, { subject, signal, timeoutMs, ...options });
    };
    return persistently(attempt, persistence);
  };
  return {
    send,
    put: async ({ key, body, ...more }) => {
      const put = new PutObjectCommand({ ...more, ...checksumOf(body), Bucket: bucket, Key: key, Body: body });
      await send(key, (sendPut) => sendPut(client.get(), put), { verify: (answer) => wrongWrite(answer, put.input) });
    },
    text: async (key) => {
      try {
        const get = new GetObjectCommand({ Bucket: bucket, Key: key });
        const read = async (sendGet: Send) => {
          const answer = await sendGet(client.get(), get);
          return { answer, text: (await answer.Body?.transformToString()) ?? '' };
        };
        return (await send(key, read, { verify: ({ answer }) => wrongAnswer({ bucket, key }, answer) })).text;
      } catch (error) {
        if (error instanceof MillraceError && error.code === 'S3_OBJECT_NOT_FOUND') return undefined;
        throw error;
      }
    },
    remove: async (key) => {
      const remove = new DeleteObjectCommand({ Bucket: bucket, Key: key });
      await send(key, (sendDelete) => sendDelete(client.get(), remove), { verify: wrongDelete });
    },
    list: (prefix) =>
      persistently(async () => {
        const keys: string[] = [];
        const query = { bucket, prefix, signal, quarantine: 'include' } as const;
        for await (const { key } of listObjects(client, query, { timeoutMs })) keys.push(key);
        return keys;
      }, persistence),
  };
}
