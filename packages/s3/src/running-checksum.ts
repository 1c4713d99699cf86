import { createHash } from 'node:crypto';
import zlib from 'node:zlib';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';

/** A checksum that grows with the content and is compared at the end with the one that S3 stores. */
export interface RunningChecksum {
  readonly update: (chunk: Uint8Array) => void;
  readonly matches: () => boolean;
}

/**
 * A checksum of the whole object, where S3 stores one that Node computes natively: CRC32, SHA-256 or SHA-1. There is none
 * for a composite one, which is made of the checksums of parts; nor for CRC64NVME and CRC32C, which would have to run in
 * JavaScript over every object for the sake of the few that are resumed.
 */
export function runningChecksum(answer: GetObjectCommandOutput): RunningChecksum | undefined {
  const { ChecksumCRC32: crc32, ChecksumSHA256: sha256, ChecksumSHA1: sha1, ChecksumType } = answer;
  if (ChecksumType === 'COMPOSITE' || [crc32, sha256, sha1].some((value) => value?.includes('-'))) return undefined;
  // Node 22.0 and 22.1 have no crc32.
  if (crc32 !== undefined && typeof zlib.crc32 === 'function') return runningCrc32(crc32);
  if (sha256 !== undefined) return runningHash('sha256', sha256);
  return sha1 === undefined ? undefined : runningHash('sha1', sha1);
}

function runningCrc32(expected: string): RunningChecksum {
  let value = 0;
  return {
    update: (chunk) => {
      value = zlib.crc32(chunk, value);
    },
    matches: () => Buffer.from(expected, 'base64').readUInt32BE() === value,
  };
}

function runningHash(algorithm: 'sha256' | 'sha1', expected: string): RunningChecksum {
  const hash = createHash(algorithm);
  return { update: (chunk) => void hash.update(chunk), matches: () => hash.digest('base64') === expected };
}
