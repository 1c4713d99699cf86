import { crcModule, INPUT_AT, INPUT_BYTES, SLICES } from './crc-module.ts';

/** A cyclic redundancy check as S3 computes it: reflected, begun and ended with all ones. */
export interface Crc {
  /** The state before the first byte. */
  readonly start: bigint;
  /** The state after some more bytes. */
  readonly update: (state: bigint, bytes: Uint8Array) => bigint;
  /** The value that S3 stores: big-endian, in base64. */
  readonly base64: (state: bigint) => string;
}

/** What is used of WebAssembly; TypeScript has its types only among those of browsers. */
interface WebAssemblyLike {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: CrcExports };
}

interface CrcExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly update: (crc: bigint, at: number, end: number) => bigint;
}

/** CRC-64/NVME and CRC-32/ISCSI (Castagnoli), as S3 names them; reflected polynomials. */
const CRCS = {
  CRC64NVME: { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n },
  CRC32C: { bits: 32, polynomial: 0x82f63b78n },
} as const;

type CrcName = keyof typeof CRCS;

const made: Partial<Record<CrcName, Crc | undefined>> = {};

/**
 * The CRC of that name, compiled at its first use, which takes about a millisecond and 128 KB for the life of the process.
 * `undefined` where Node runs without WebAssembly (`--jitless`).
 */
export function crcNamed(algorithm: CrcName): Crc | undefined {
  const { WebAssembly: engine } = globalThis as { readonly WebAssembly?: WebAssemblyLike };
  return (made[algorithm] ??= engine === undefined ? undefined : compile(engine, CRCS[algorithm]));
}

function compile({ Module, Instance }: WebAssemblyLike, { bits, polynomial }: (typeof CRCS)[CrcName]): Crc {
  const { memory, update } = new Instance(new Module(crcModule())).exports;
  new BigUint64Array(memory.buffer, 0, SLICES * 256).set(tables(polynomial));
  const input = new Uint8Array(memory.buffer, INPUT_AT, INPUT_BYTES);
  const ones = (1n << BigInt(bits)) - 1n;
  return {
    start: ones,
    update: (state, bytes) => {
      let next = state;
      for (let at = 0; at < bytes.length; at += INPUT_BYTES) {
        const part = bytes.length <= INPUT_BYTES ? bytes : bytes.subarray(at, at + INPUT_BYTES);
        input.set(part);
        next = update(next, INPUT_AT, INPUT_AT + part.length);
      }
      return next;
    },
    base64: (state) => {
      const value = Buffer.alloc(8);
      value.writeBigUInt64BE((state ^ ones) & ones);
      return value.subarray(8 - bits / 8).toString('base64');
    },
  };
}

/** The entry of table `n` is what a byte makes of an empty CRC once `n` more bytes of zeros have passed. */
function tables(polynomial: bigint): BigUint64Array {
  const entries = new BigUint64Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let entry = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) entry = (entry & 1n) === 0n ? entry >> 1n : (entry >> 1n) ^ polynomial;
    entries[byte] = entry;
  }
  for (let at = 256; at < entries.length; at += 1) {
    const before = entries[at - 256]!;
    entries[at] = (before >> 8n) ^ entries[Number(before & 0xffn)]!;
  }
  return entries;
}
