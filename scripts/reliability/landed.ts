import type { ItemOrigin } from '@millrace/core';
import { landingVersion } from '@millrace/core/plugin';
import type { SampleRecord } from './sample-object.ts';

/** The item that `landingItem` has to make of a record, as the package documents it. */
export function landed(
  uuid: string,
  feed: string,
  { id, uri, lastModified }: Pick<ItemOrigin, 'id' | 'uri' | 'lastModified'>,
  ordinal: number,
  record: SampleRecord | Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const version = landingVersion(id);
  return { uuid, upload_date: lastModified, feed, source: uri, source_version: version, ordinal, record };
}
