import type { Encoder, Sink } from '@millrace/core';
import { check, checkEncoder, checkOptions, type PartitionOf, partSink } from '@millrace/core/plugin';
import { filePartStore } from './file-part-store.ts';

export interface FileSinkOptions<T> {
  /** Where the files are written. It is made at the first write if it is missing. */
  readonly directory: string;
  /** Turns records into the text of files, such as `encodeCsv({ columns })`. @default `encodeNdjson()` */
  readonly encode?: Encoder<T>;
  /** Compress the files with gzip. @default false */
  readonly gzip?: boolean;
  /**
   * Returns where a record belongs: `({ day }) => ({ date: day })` puts it under `date=…/`. It must be a function of the record
   * and its context alone. @default one folder
   */
  readonly partition?: PartitionOf<T>;
  /** Records of an item that one file has at most, before fan-out. Never change it for a directory that is in use. @default 10000 */
  readonly recordsPerFile?: number;
}

/** Files are written from memory, and four of them overlap with reading. */
const CONCURRENCY = 4;

/**
 * Makes a sink that writes records to files: newline-delimited JSON, or what `encode` makes. For each 10,000 records of an
 * item it writes `<feed>/<partition><digest of feed and item>/<first ordinal>-<number>.ndjson`, or `.ndjson.gz`. A file is
 * there whole or not at all, and a second delivery overwrites it with the same bytes. More than 256 MiB of text go to
 * further files.
 *
 * What a replay brings goes to files of its own beside them, `<first ordinal>+<position>.ndjson`, until the file of its group
 * is written again with it. `<feed>/_manifests` lists which records the files have.
 *
 * A record is refused with the encoder's codes, such as `JSON_VALUE_UNSUPPORTED`, or with `ENCODER_THREW`,
 * `ENCODER_OUTPUT_INVALID`, `PARTITION_INVALID`. A write rejects with `FILE_SINK_WRITE_FAILED` or `PART_MANIFEST_INVALID`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const sink = fileSink<Price>({ directory: './out', encode: encodeCsv({ columns: ['sku', 'day'] }) });
 */
export function fileSink<T>(options: FileSinkOptions<T>): Sink<T> {
  checkOptions<FileSinkOptions<T>>('fileSink', options, {
    directory: check.text,
    encode: check.optional(checkEncoder),
    gzip: check.optional(check.flag),
    partition: check.optional(check.callback),
    recordsPerFile: check.optional(check.integer(2, 1_000_000)),
  });
  const { directory, encode, gzip = false, partition, recordsPerFile = 10_000 } = options;
  return partSink<T>(filePartStore(directory), {
    encode,
    compress: gzip ? 'gzip' : 'none',
    partition,
    recordsPerPart: recordsPerFile,
    concurrency: CONCURRENCY,
  });
}
