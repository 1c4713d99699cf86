import { createHash } from 'node:crypto';
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { encodeText } from './encode-text.ts';
import type { ObjectSpec } from './object-spec.ts';
import { headerOf, lineOf, type SampleRecord, sampleRecords } from './sample-records.ts';

/** Text of one segment; a larger object repeats it. Large beside deflate's window of 32 KB, so repeats do not compress better. */
const SEGMENT_BYTES = 4_000_000;

/** An object of any size, that is never whole in memory. */
export interface GeneratedObject {
  /** Length of the file, in bytes. */
  readonly size: number;
  readonly decodedBytes: number;
  readonly records: number;
  readonly etag: string;
  /** The content from an offset up to an end, in pieces. */
  readonly content: (from: number, to: number) => Generator<Uint8Array, void>;
  /** The record with this ordinal. */
  readonly record: (ordinal: number) => SampleRecord;
}

/** A run of records that stands in the object any number of times. */
interface Segment {
  readonly records: readonly SampleRecord[];
  readonly text: Buffer;
  /** What is in the file. */
  readonly stored: Buffer;
}

const fullSegments = new Map<string, Segment>();

/** Makes an object; where gzipped, it is one member with the right CRC32 and length at its end. */
export function generatedObject(spec: ObjectSpec): GeneratedObject {
  const wanted = 'bytes' in spec.size ? spec.size.bytes : spec.size.records * (spec.recordBytes + 1);
  const full = segmentFor(spec, wanted);
  const { pieces, records } = layout(spec, full);
  const decodedBytes = sum(pieces.map(({ segment, times }) => segment.text.length * times));
  let crc = 0;
  for (const { segment, times } of pieces) {
    for (let count = 0; count < times; count += 1) crc = crc32(segment.text, crc);
  }
  const parts = spec.gzipped
    ? [{ bytes: GZIP_HEAD, times: 1 }, ...pieces.map(stored), { bytes: gzipTail(crc, decodedBytes), times: 1 }]
    : pieces.map(stored);
  return {
    size: sum(parts.map(({ bytes, times }) => bytes.length * times)),
    decodedBytes,
    records,
    etag: `"${createHash('md5').update(`${crc}-${decodedBytes}-${spec.gzipped}`).digest('hex')}"`,
    *content(from, to) {
      let at = 0;
      for (const { bytes, times } of parts) {
        for (let count = 0; count < times && at < to; count += 1) {
          const end = at + bytes.length;
          if (end > from) yield bytes.subarray(Math.max(0, from - at), Math.min(bytes.length, to - at));
          at = end;
        }
      }
    },
    record: (ordinal) => full.records[ordinal % full.records.length]!,
  };
}

interface Piece {
  readonly segment: Segment;
  readonly times: number;
}

function layout(spec: ObjectSpec, full: Segment): { readonly pieces: readonly Piece[]; readonly records: number } {
  const header = headerOf(spec.format, full.records[0]!);
  const pieces = header === '' ? [] : [{ segment: makeSegment(spec, [], header), times: 1 }];
  const perSegment = full.records.length;
  if ('bytes' in spec.size) {
    const times = Math.ceil(spec.size.bytes / full.text.length);
    return { pieces: [...pieces, { segment: full, times }], records: perSegment * times };
  }
  const { records } = spec.size;
  const rest = full.records.slice(0, records % perSegment);
  pieces.push({ segment: full, times: Math.floor(records / perSegment) });
  if (rest.length > 0) pieces.push({ segment: makeSegment(spec, rest), times: 1 });
  return { pieces, records };
}

/** The segment of at least `wanted` bytes, or the one that larger objects repeat. */
function segmentFor(spec: ObjectSpec, wanted: number): Segment {
  const bytes = Math.min(wanted, SEGMENT_BYTES);
  const name = `${spec.format} ${spec.charset} ${spec.recordBytes} ${spec.gzipped}`;
  const known = fullSegments.get(name);
  if (known !== undefined && bytes === SEGMENT_BYTES) return known;
  const next = sampleRecords(spec.format, spec.charset, spec.recordBytes);
  const records: SampleRecord[] = [];
  const exactly = 'records' in spec.size && bytes < SEGMENT_BYTES ? spec.size.records : Infinity;
  for (let length = 0; length < bytes && records.length < exactly;) {
    const record = next();
    records.push(record);
    length += Buffer.byteLength(lineOf(spec.format, record));
  }
  const segment = makeSegment(spec, records);
  if (bytes === SEGMENT_BYTES) fullSegments.set(name, segment);
  return segment;
}

function makeSegment(spec: ObjectSpec, records: readonly SampleRecord[], header = ''): Segment {
  const text = encodeText(header + records.map((record) => lineOf(spec.format, record)).join(''), spec.charset);
  // A full flush ends on a byte and forgets the window, so the deflated segment may stand any number of times.
  return {
    records,
    text,
    stored: spec.gzipped ? deflateRawSync(text, { finishFlush: constants.Z_FULL_FLUSH }) : text,
  };
}

function stored({ segment, times }: Piece): { readonly bytes: Buffer; readonly times: number } {
  return { bytes: segment.stored, times };
}

const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

function gzipTail(crc: number, decodedBytes: number): Buffer {
  const tail = Buffer.alloc(10);
  tail.writeUInt16LE(0x0003, 0); // an empty last block
  tail.writeUInt32LE(crc, 2);
  tail.writeUInt32LE(decodedBytes % 2 ** 32, 6);
  return tail;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
