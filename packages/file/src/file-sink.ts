import type { Encoder, Sink } from '@millrace/core';
import { check, checkEncoder, checkOptions, type PartitionOf, partSink } from '@millrace/core/plugin';
import { filePartStore } from './file-part-store.ts';
import { directoryProbe } from './probe-directory.ts';

export interface FileSinkOptions<T> {
  /** Directory for the files. Created at the first write if it is missing. */
  readonly directory: string;
  /** Turns records into the text of files, such as `encodeCsv({ columns })`. @default `encodeNdjson()` */
  readonly encode?: Encoder<T>;
  /** Compresses the files with gzip. @default false */
  readonly gzip?: boolean;
  /**
   * Returns the folder of a record: `({ day }) => ({ date: day })` puts it under `date=…/`. The result must depend on the record
   * and its context alone. @default one folder
   */
  readonly partition?: PartitionOf<T>;
  /** Maximum number of records of one object per file, before fan-out. Never change it for a directory in use. @default 10000 */
  readonly recordsPerFile?: number;
}

/** Files are written from memory, and four of them overlap with reading. */
const CONCURRENCY = 4;

/**
 * Makes a sink that writes records to files, as newline-delimited JSON or in the format of `encode`. It writes one file per
 * 10,000 records of an object, `<feed>/<partition><digest of feed and object>/<first ordinal>-<number>.ndjson`, or
 * `.ndjson.gz`. Readers never see a partial file, and a second delivery overwrites it with the same bytes. Text beyond
 * 256 MiB goes to further files.
 *
 * Replayed records go to files of their own, `<first ordinal>+<position>.ndjson`, until their group's file is written again.
 * `<feed>/_manifests` lists the records in each file.
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
  const parts = partSink<T>(filePartStore(directory), {
    encode,
    compress: gzip ? 'gzip' : 'none',
    partition,
    recordsPerPart: recordsPerFile,
    concurrency: CONCURRENCY,
  });
  return Object.freeze<Sink<T>>({ ...parts, probe: directoryProbe(directory, 'FILE_SINK_WRITE_FAILED') });
}
