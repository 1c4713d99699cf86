import type { MillraceError } from '@millrace/core';
import { crc32 } from './crc32.ts';

/** The largest extra field has 64 KiB; names and comments that anyone has seen have less. */
export const MAX_HEADER_BYTES: number = 128 * 1024;

/** A tool that flushes often leaves empty members behind, and so does joining files; each costs 20 bytes and some microseconds. */
export const MAX_EMPTY_MEMBERS: number = 10_000;

/** Reads a part of a member byte by byte: `next(byte)` until it is done. The first `next()` takes no byte. */
export type ByteReader<T> = Generator<undefined, T, number>;

/** Makes the error for what is wrong with the byte that was read last. */
export type Fail = (code: string, message: string, details?: Readonly<Record<string, unknown>>) => MillraceError;

/** Flags of the header's fourth byte, RFC 1952 section 2.3.1. */
const FHCRC = 2;
const FEXTRA = 4;
const FNAME = 8;
const FCOMMENT = 16;
const RESERVED = 0xe0;

/**
 * Reads and checks a member's header. Nothing of it is kept. The item's first two bytes are known to be gzip's; after another
 * member, other ones are trailing data.
 *
 * @param maxBytes how long it may be: name and comment have no limit of their own
 */
export function* readHeader(maxBytes: number, fail: Fail): ByteReader<void> {
  let length = 0;
  let crc: number | undefined; // computed where FHCRC asks for it
  const byte = function* (): ByteReader<number> {
    const value = yield;
    if (++length > maxBytes) throw tooLong(maxBytes, fail);
    if (crc !== undefined) crc = crc32(Uint8Array.of(value), crc);
    return value;
  };
  const skip = function* (count: number): ByteReader<void> {
    for (let left = count; left > 0; left--) yield* byte();
  };
  const skipText = function* (): ByteReader<void> {
    while ((yield* byte()) !== 0);
  };

  if ((yield* byte()) !== 0x1f || (yield* byte()) !== 0x8b) throw trailingData(fail);
  const method = yield* byte();
  if (method !== 8) throw fail('GZIP_INVALID', `The gzip header names compression method ${method}; only 8 exists.`);
  const flags = yield* byte();
  if ((flags & RESERVED) !== 0) throw fail('GZIP_INVALID', 'The gzip header has reserved flags set.');
  if ((flags & FHCRC) !== 0) crc = crc32(Uint8Array.of(0x1f, 0x8b, method, flags), 0);
  yield* skip(6); // modification time, extra flags, operating system
  if ((flags & FEXTRA) !== 0) yield* skip((yield* byte()) | ((yield* byte()) << 8));
  if ((flags & FNAME) !== 0) yield* skipText();
  if ((flags & FCOMMENT) !== 0) yield* skipText();
  if (crc === undefined) return;
  const computed = crc & 0xffff;
  const stored = (yield* byte()) | ((yield* byte()) << 8);
  if (stored !== computed) throw mismatch(fail, 'header CRC-16', stored, computed);
}

/** Reads a member's trailer and compares it with what was decompressed. */
export function* readTrailer(crc: number, length: number, fail: Fail): ByteReader<void> {
  const storedCrc = yield* readUint32();
  if (storedCrc !== crc) throw mismatch(fail, 'CRC-32', storedCrc, crc);
  const storedLength = yield* readUint32();
  if (storedLength !== length >>> 0) throw mismatch(fail, 'length modulo 2^32', storedLength, length >>> 0);
}

function* readUint32(): ByteReader<number> {
  return ((yield) | ((yield) << 8) | ((yield) << 16) | ((yield) << 24)) >>> 0;
}

function tooLong(maxBytes: number, fail: Fail): MillraceError {
  return fail(
    'GZIP_HEADER_TOO_LONG',
    `The header of a gzip member, with its name and comment, has more than ${maxBytes} bytes. Raise maxHeaderBytes if it ` +
      'is right.',
    { maxHeaderBytes: maxBytes },
  );
}

export function trailingData(fail: Fail): MillraceError {
  return fail(
    'GZIP_TRAILING_DATA',
    'The gzip data is followed by bytes that are neither another member nor zero padding. ' +
      'Records may be lost if they are ignored; have the supplier send the file anew.',
  );
}

function mismatch(fail: Fail, what: string, stored: number, computed: number): MillraceError {
  return fail(
    'GZIP_CHECKSUM',
    `The ${what} of a gzip member is ${hex(stored)}, but its data gives ${hex(computed)}: the data is damaged.`,
    { stored, computed },
  );
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
