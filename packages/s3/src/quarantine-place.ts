import { isQuarantineKey } from '@millrace/core/plugin';

/** Ends the keys of a quarantine's objects. */
export const QUARANTINE_SUFFIX = '.gz';

/** Whether an S3 key has the form of those that `s3Quarantine` writes, under whatever prefix. */
export function isQuarantined(key: string): boolean {
  return key.endsWith(QUARANTINE_SUFFIX) && isQuarantineKey(key.slice(0, -QUARANTINE_SUFFIX.length));
}
