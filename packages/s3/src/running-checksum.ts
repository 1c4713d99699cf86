import { createHash } from 'node:crypto';
import zlib from 'node:zlib';
import { crcNamed } from './crc.ts';

/** A checksum of a whole object, as S3 tells it beside the content. */
export interface StoredChecksum {
  readonly algorithm: string;
  /** In base64. */
  readonly value: string;
  /** Begins to compute the same over what arrives. */
  readonly start: () => RunningChecksum;
}

/** A checksum that grows with the content; `digest` is called once, at its end. */
export interface RunningChecksum {
  readonly update: (bytes: Uint8Array) => void;
  /** In base64, as S3 stores it. */
  readonly digest: () => string;
}

/** What can be computed here, in the order in which the SDK looks for it. Each is absent where this Node lacks it. */
const ALGORITHMS: Readonly<Record<string, () => (() => RunningChecksum) | undefined>> = {
  SHA256: () => () => runningHash('sha256'),
  SHA1: () => () => runningHash('sha1'),
  // Node 22.0 and 22.1 have no crc32.
  CRC32: () => (typeof zlib.crc32 === 'function' ? runningCrc32 : undefined),
  CRC32C: () => runningCrc('CRC32C'),
  CRC64NVME: () => runningCrc('CRC64NVME'),
};

/**
 * The checksum of the whole object that an answer's headers tell, where it can be computed here: CRC64NVME, which S3 gives
 * to every new object by default, CRC32, CRC32C, SHA-256 or SHA-1. A composite one is a checksum of the parts' checksums:
 * it says nothing about the content as a whole.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
export function storedChecksum(headers: Readonly<Record<string, string | undefined>>): StoredChecksum | undefined {
  if (headers['x-amz-checksum-type'] === 'COMPOSITE') return undefined;
  for (const [algorithm, make] of Object.entries(ALGORITHMS)) {
    const value = headers[`x-amz-checksum-${algorithm.toLowerCase()}`];
    if (value === undefined) continue;
    // Older stores name no type; theirs of parts ends with the number of parts.
    const start = value.includes('-') ? undefined : make();
    return start && { algorithm, value, start };
  }
  return undefined;
}

function runningHash(algorithm: 'sha256' | 'sha1'): RunningChecksum {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') };
}

function runningCrc32(): RunningChecksum {
  let value = 0;
  return {
    update: (bytes) => {
      value = zlib.crc32(bytes, value);
    },
    digest: () => {
      const digest = Buffer.alloc(4);
      digest.writeUInt32BE(value);
      return digest.toString('base64');
    },
  };
}

function runningCrc(algorithm: 'CRC32C' | 'CRC64NVME'): (() => RunningChecksum) | undefined {
  const crc = crcNamed(algorithm);
  return (
    crc &&
    (() => {
      let state = crc.start;
      return {
        update: (bytes) => {
          state = crc.update(state, bytes);
        },
        digest: () => crc.base64(state),
      };
    })
  );
}
