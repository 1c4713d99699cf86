import { landingVersion } from '@millrace/core/plugin';
import { naturalKey, placeKey } from './expected-key.ts';
import type { SampleRecord } from './sample-object.ts';

/** One version of an object, as its rows say it. */
export interface LandedObject {
  readonly feed: string;
  readonly id: string;
  readonly uri: string;
  readonly lastModified: string;
  /** Makes the natural key of a record. @default none: keys are by place */
  readonly keyOf?: ((record: SampleRecord) => string) | undefined;
  /** With natural keys, the object's generation. @default 1, that of the first version */
  readonly generation?: number | undefined;
}

/** What `landingItem` has to make of a record, as the package documents it. */
export interface Landed {
  readonly uuid: string;
  readonly source: string;
  readonly ordinal: number;
  readonly record: SampleRecord;
  readonly [attribute: string]: unknown;
}

export function landed(object: LandedObject, ordinal: number, record: SampleRecord): Landed {
  const { feed, id, uri, lastModified, keyOf, generation = 1 } = object;
  const version = landingVersion(id);
  const uuid = keyOf === undefined ? placeKey(id, ordinal) : naturalKey(feed, keyOf(record));
  const item = { uuid, upload_date: lastModified, feed, source: uri, source_version: version, ordinal, record };
  return keyOf === undefined ? item : { ...item, generation };
}
