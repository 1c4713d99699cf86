import { pipeline, Readable } from 'node:stream';
import zlib from 'node:zlib';
import { isMillraceError } from '@millrace/core';
import type { ItemRanges } from '@millrace/core/plugin';
import { invalid, unsupported } from '../xlsx-error.ts';
import type { Expansion } from './expansion.ts';
import { type ZipEntry, viewOf } from './zip-directory.ts';

/** What reading the files of one archive shares. */
export interface ZipReading {
  readonly content: ItemRanges;
  /** No file goes beyond. */
  readonly directoryStart: number;
  /** How much is read at once, in bytes. */
  readonly readBytes: number;
  readonly expansion: Expansion;
}

const HEADER = 0x04034b50;
const HEADER_BYTES = 30;
/** Mostly the extra field of a file's own header is shorter, so that one read brings header and data of a small file. */
const USUAL_EXTRA_BYTES = 256;
const ENCRYPTED = 0x2041;
const STORED = 0;
const DEFLATED = 8;
/** Outputs are at most this large: the text of one is a short string, and takes a few milliseconds to go through. */
const OUTPUT_BYTES = 64 * 1024;
/** With such a high-water mark zlib works one output ahead and no further. */
const STREAM_OPTIONS = { chunkSize: OUTPUT_BYTES, highWaterMark: 1 };

/**
 * Yields the content of a file of the archive, in pieces of at most 64 KiB. Once it has ended, its size and CRC-32 were what the
 * directory says; what it yields before counts for nothing if it throws.
 *
 * @throws MillraceError `XLSX_INVALID`, `XLSX_UNSUPPORTED`, `XLSX_TOO_LARGE`, `XLSX_RATIO_EXCEEDED`; what the source throws, as it is
 */
export async function* entryBytes(entry: ZipEntry, reading: ZipReading): AsyncGenerator<Uint8Array, void, undefined> {
  assertReadable(entry);
  let [size, crc] = [0, 0];
  for await (const output of entry.method === STORED ? stored(entry, reading) : inflated(entry, reading)) {
    size += output.length;
    if (size > entry.size) throw invalid(`A part of it is longer than the ${entry.size} bytes that it should have`);
    reading.expansion.produced(output.length);
    crc = zlib.crc32(output, crc);
    yield output;
  }
  if (size !== entry.size) throw invalid(`A part of it has ${size} bytes, and should have ${entry.size}`);
  if (crc !== entry.crc) throw invalid('The CRC-32 of a part of it differs from the one that is stored');
}

function assertReadable({ isEncrypted, method }: ZipEntry): void {
  if (isEncrypted)
    throw unsupported('A part of the workbook is encrypted.', 'Ask the sender for a workbook without a password.');
  if (method !== STORED && method !== DEFLATED)
    throw unsupported(
      `A part of the workbook is compressed by zip method ${method}, which no spreadsheet program reads.`,
      'Ask the sender for a workbook as a spreadsheet program saves it.',
    );
}

/** The file as it is stored, range by range. */
async function* packed(entry: ZipEntry, reading: ZipReading): AsyncGenerator<Uint8Array, void, undefined> {
  const { content, directoryStart, readBytes, expansion } = reading;
  const { offset, nameBytes, packedSize } = entry;
  const usual = HEADER_BYTES + nameBytes.length + USUAL_EXTRA_BYTES + packedSize;
  const first = Math.min(Math.max(readBytes, HEADER_BYTES), usual, directoryStart - offset);
  if (!(first >= HEADER_BYTES)) throw invalid('A part of it is not where the zip directory says');
  const head = await content.read(offset, first);
  const start = offset + dataStart(entry, head);
  const end = start + packedSize;
  if (end > directoryStart) throw invalid('A part of it reaches into the zip directory');
  const rest = head.subarray(start - offset, end - offset);
  expansion.read(rest.length);
  if (rest.length > 0) yield rest;
  for (let at = Math.max(start, offset + first); at < end;) {
    const length = Math.min(readBytes, end - at);
    const piece = await content.read(at, length);
    at += length;
    expansion.read(length);
    yield piece;
  }
}

/** Where the data begins after the file's own header, which must say what the directory says. */
function dataStart(entry: ZipEntry, head: Uint8Array): number {
  const view = viewOf(head);
  const [flags, method] = [view.getUint16(6, true), view.getUint16(8, true)];
  const [nameLength, extraLength] = [view.getUint16(26, true), view.getUint16(28, true)];
  const name = head.subarray(HEADER_BYTES, HEADER_BYTES + nameLength);
  const isSame =
    view.getUint32(0, true) === HEADER &&
    method === entry.method &&
    (flags & ENCRYPTED) === 0 &&
    Buffer.compare(name, entry.nameBytes) === 0;
  if (!isSame) throw invalid('The zip directory and the header of a part differ');
  return HEADER_BYTES + nameLength + extraLength;
}

async function* stored(entry: ZipEntry, reading: ZipReading): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of packed(entry, reading)) {
    for (let at = 0; at < piece.length; at += OUTPUT_BYTES) yield piece.subarray(at, at + OUTPUT_BYTES);
  }
}

async function* inflated(entry: ZipEntry, reading: ZipReading): AsyncGenerator<Uint8Array, void, undefined> {
  let ofSource: { readonly thrown: unknown } | undefined;
  const { size, read } = reading.content;
  const content: ItemRanges = {
    size,
    read: (start, length) =>
      read(start, length).catch((thrown: unknown) => {
        ofSource = { thrown };
        throw thrown;
      }),
  };
  const inflate = zlib.createInflateRaw(STREAM_OPTIONS);
  pipeline(Readable.from(packed(entry, { ...reading, content }), { highWaterMark: 1 }), inflate, () => {});
  try {
    for await (const output of inflate as AsyncIterable<Buffer>) yield output;
  } catch (thrown) {
    if (ofSource !== undefined) throw ofSource.thrown;
    throw isMillraceError(thrown) ? thrown : invalid('A part of it cannot be decompressed', thrown);
  }
  if (inflate.bytesWritten !== entry.packedSize) throw invalid('Other bytes follow the compressed data of a part');
}
