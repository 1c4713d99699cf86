import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A reflected CRC that begins and ends with all ones, bit by bit, as its definition has it. */
function crcByBits(bytes: Uint8Array, bits: number, polynomial: bigint): bigint {
  const ones = (1n << BigInt(bits)) - 1n;
  let crc = ones;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1n) === 0n ? crc >> 1n : (crc >> 1n) ^ polynomial;
  }
  return crc ^ ones;
}

/** Polynomials in the usual notation, highest power first. */
const CRC64NVME = 0xad93d23594c93659n;
const CRC32C = 0x1edc6f41n;

function reflected(polynomial: bigint, bits: number): bigint {
  let mirrored = 0n;
  for (let bit = 0; bit < bits; bit += 1) mirrored = (mirrored << 1n) | ((polynomial >> BigInt(bit)) & 1n);
  return mirrored;
}

function base64(value: bigint | number, bytes: number): string {
  return Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex').toString('base64');
}

/** Each checksum that S3 may store, computed by other means than those of this package. */
export const CHECKSUMS: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  CRC64NVME: (bytes) => base64(crcByBits(bytes, 64, reflected(CRC64NVME, 64)), 8),
  CRC32: (bytes) => base64(crc32(bytes), 4),
  CRC32C: (bytes) => base64(crcByBits(bytes, 32, reflected(CRC32C, 32)), 4),
  SHA1: (bytes) => createHash('sha1').update(bytes).digest('base64'),
  SHA256: (bytes) => createHash('sha256').update(bytes).digest('base64'),
};

/** The headers by which S3 tells a checksum of the whole object. */
export function checksumHeaders(algorithm: string, bytes: Uint8Array): Record<string, string> {
  return {
    [`x-amz-checksum-${algorithm.toLowerCase()}`]: CHECKSUMS[algorithm]!(bytes),
    'x-amz-checksum-type': 'FULL_OBJECT',
  };
}
