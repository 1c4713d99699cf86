import { MillraceError } from '@millrace/core';
import type { StoredChecksum } from './running-checksum.ts';

/** Compares content as it arrives with the checksum that S3 stores of it. */
export interface Comparison {
  readonly update: (bytes: Uint8Array) => void;
  /**
   * Called once all has arrived; calling it again is the same as once.
   *
   * @throws MillraceError `S3_BODY_CORRUPT`
   */
  readonly end: () => void;
}

export function compareWith({ algorithm, value, start }: StoredChecksum, uri: string): Comparison {
  const running = start();
  let ended = false;
  return {
    update: running.update,
    end: () => {
      if (ended) return;
      ended = true;
      const arrived = running.digest();
      if (arrived === value) return;
      throw new MillraceError(
        'S3_BODY_CORRUPT',
        `${uri}: what arrived is not what S3 stored: its ${algorithm} checksum is ${arrived}, not ${value}. Read it again.`,
        { retryable: true, details: { uri, algorithm, stored: value, arrived } },
      );
    },
  };
}
