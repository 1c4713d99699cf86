import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A reflected CRC that begins and ends with all ones, as its definition has it; the work of each byte is done once. */
function crcByBytes(bits: number, polynomial: bigint): (bytes: Uint8Array) => bigint {
  const ones = (1n << BigInt(bits)) - 1n;
  const byBits = (byte: number): bigint => {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1n) === 0n ? crc >> 1n : (crc >> 1n) ^ polynomial;
    return crc;
  };
  const table = Array.from({ length: 256 }, (_, byte) => byBits(byte));
  return (bytes) => {
    let crc = ones;
    for (const byte of bytes) crc = (crc >> 8n) ^ table[Number(crc & 0xffn) ^ byte]!;
    return crc ^ ones;
  };
}

function reflected(polynomial: bigint, bits: number): bigint {
  let mirrored = 0n;
  for (let bit = 0; bit < bits; bit += 1) mirrored = (mirrored << 1n) | ((polynomial >> BigInt(bit)) & 1n);
  return mirrored;
}

// The polynomials in their usual notation, highest power first.
const crc64nvme = crcByBytes(64, reflected(0xad93d23594c93659n, 64));
const crc32c = crcByBytes(32, reflected(0x1edc6f41n, 32));

function base64(value: bigint | number, bytes: number): string {
  return Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex').toString('base64');
}

/** Each checksum that S3 may store, computed by other means than those of this package. */
export const CHECKSUMS: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  CRC64NVME: (bytes) => base64(crc64nvme(bytes), 8),
  CRC32: (bytes) => base64(crc32(bytes), 4),
  CRC32C: (bytes) => base64(crc32c(bytes), 4),
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
