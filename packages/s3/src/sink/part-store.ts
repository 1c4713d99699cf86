import type { PartStore } from '@millrace/core/plugin';
import { objectStore, type StoreSettings } from './object-store.ts';
import { PIECE_BYTES, putPart } from './put-part.ts';
import { piecesOf } from './pieces.ts';

export interface PartStoreSettings extends StoreSettings {
  /** Start of the keys of all parts. */
  readonly prefix: string;
  /** Start of the keys of all manifests. */
  readonly manifestPrefix: string;
}

/** S3's limit on a key, in bytes of UTF-8, less what the longest name of a part takes. */
const MAX_PREFIX_BYTES = 1024 - 96;

/** A bucket as a place for parts: `<prefix><partition><digest>-…`. */
export function s3PartStore(settings: PartStoreSettings): PartStore {
  const { bucket, client, prefix, manifestPrefix } = settings;
  return {
    name: 's3',
    partPrefix: ({ digest }, partition) => `${prefix}${partition}${digest}-`,
    manifestPrefix: ({ digest }) => `${manifestPrefix}${digest}-`,
    prefixProblem: (start) => {
      // The digest is part of the name.
      const bytes = Buffer.byteLength(start) - 33;
      return bytes > MAX_PREFIX_BYTES ? `has more than ${MAX_PREFIX_BYTES} bytes` : undefined;
    },
    write: (key, { contentType, chunks }, context) => {
      const pieces = piecesOf(chunks, PIECE_BYTES);
      return putPart(objectStore(settings, context), client, { bucket, key, contentType, pieces });
    },
    read: (key, context) => objectStore(settings, context).text(key),
    remove: (key, context) => objectStore(settings, context).remove(key),
    list: (start, context) => objectStore(settings, context).list(start),
    close: client.release,
  };
}
