import { createReadStream } from 'node:fs';
import type { OpenCarrier } from '../carrier.ts';
import { countingCarrier } from '../floor/land.ts';
import { sdkReader } from '../floor/object-body.ts';

/** The floor of reading: get, gunzip, decode, split, parse. Where `files` is set, from the disk. */
export const open: OpenCarrier = (job, { files }) => {
  const reader =
    files === true
      ? {
          open: (path: string) => ({ body: createReadStream(path, { highWaterMark: 256 * 1024 }) }),
          close: () => undefined,
        }
      : sdkReader(job.bucket);
  return countingCarrier(job, reader);
};
