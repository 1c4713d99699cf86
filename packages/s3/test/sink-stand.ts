import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { ItemOrigin } from '@millrace/core';
import type { Context, Entry } from '@millrace/core/plugin';

/** An object that a sink has written: its key, and its text. */
export interface WrittenObject {
  readonly key: string;
  readonly body: Buffer;
  readonly text: string;
}

/** All objects of a bucket by key, but for manifests. */
export async function writtenObjects(client: S3Client, bucket: string): Promise<readonly WrittenObject[]> {
  return (await allObjects(client, bucket)).filter(({ key }) => !key.includes('_manifests/'));
}

/** All objects of a bucket by key. */
export async function allObjects(client: S3Client, bucket: string): Promise<readonly WrittenObject[]> {
  const found: WrittenObject[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket })) {
    for (const { Key: key = '' } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const body = Buffer.from(await Body!.transformToByteArray());
      found.push({ key, body, text: (key.endsWith('.gz') ? gunzipSync(body) : body).toString() });
    }
  }
  return found;
}

export const ITEM: ItemOrigin = {
  id: 's3://in/a?versionId=1',
  uri: 's3://in/a',
  lastModified: '2026-01-02T03:04:05.000Z',
};

/** Entries of an item at ordinals from `first` on, as the runner hands them to a sink. */
export function entriesOf<T>(values: readonly T[], first = 0, item: ItemOrigin = ITEM): readonly Entry<T>[] {
  const { signal } = new AbortController();
  return values.map((value, index) => ({
    value,
    ordinal: first + index,
    branch: '',
    item,
    feed: 'prices',
    run: 'run',
    signal,
  }));
}

export function sinkContext(signal: AbortSignal = new AbortController().signal): Context {
  return { feed: 'prices', run: 'run', stage: 's3', signal, count: () => {} };
}
