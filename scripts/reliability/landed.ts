import type { ItemOrigin } from '@millrace/core';
import type { SampleRecord } from './sample-object.ts';

/** The item that `landingItem` has to make of a record, as the package documents it. */
export function landed(
  uuid: string,
  feed: string,
  { uri, lastModified }: Pick<ItemOrigin, 'uri' | 'lastModified'>,
  ordinal: number,
  record: SampleRecord | Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return { uuid, upload_date: lastModified, feed, source: uri, ordinal, record };
}
