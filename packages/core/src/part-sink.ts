import { check, checkOptions } from './check-options.ts';
import type { Context } from './context.ts';
import { checkEncoder, type Encoder } from './encoder.ts';
import { ndjsonEncoder } from './part-sink/ndjson-encoder.ts';
import type { PartitionOf } from './part-sink/partition-path.ts';
import { planParts, type PlannedGroup } from './part-sink/plan-parts.ts';
import { partWriter } from './part-sink/write-parts.ts';
import type { PartStore } from './part-store.ts';
import type { Entry } from './record-context.ts';
import type { Refusal, Sink } from './sink.ts';

export interface PartSinkOptions<T> {
  /** Turns records into the text of parts. @default newline-delimited JSON, as `encodeNdjson` writes it */
  readonly encode?: Encoder<T> | undefined;
  /** Whether parts are compressed. @default 'none' */
  readonly compress?: 'gzip' | 'none' | undefined;
  /** Returns where a record belongs: `({ day }) => ({ date: day })` puts it under `date=…/`. @default one folder */
  readonly partition?: PartitionOf<T> | undefined;
  /** Records of an item that are written together, before fan-out, 2 to 10,000,000. */
  readonly recordsPerPart: number;
  /** Bytes of one part at most, before compression; what is more goes to further parts. @default 268435456 */
  readonly maxPartBytes?: number | undefined;
  /** Bytes of one record's text at most; a larger one is refused. @default unlimited */
  readonly maxRecordBytes?: number | undefined;
  /** Writes in flight at once; each writes up to four parts at once. @default 2 */
  readonly concurrency?: number | undefined;
}

/** S3 takes 10,000 pieces of an upload, and sinks send pieces of 8 MiB: 78 GiB. */
const MAX_PART_BYTES = 64 * 2 ** 30;

/**
 * Makes a sink of a place for parts: files that are written whole. For plugin authors; users have `s3Sink` and `fileSink`.
 *
 * For each group of `recordsPerPart` ordinals of an item, and each partition of their records, a part is stored as
 * `<part prefix><first ordinal>-<number><extension>`, and a manifest lists the parts and the places of their records. All
 * of a key and of its content follows from the records and their places: a second delivery, a resumed run and a retry write
 * the same parts again. What a replay brings is stored as `…<first ordinal>+<position><extension>`, with a note beside the
 * manifest, until its group is written again with it.
 *
 * Memory holds the records and texts of `concurrency` + 1 groups, and what the store holds of four parts for each write.
 *
 * A record is refused with the encoder's codes, or with `ENCODER_THREW`, `ENCODER_OUTPUT_INVALID`, `PARTITION_INVALID`,
 * `PART_RECORD_TOO_LARGE`. A write rejects with the store's errors, `PART_MANIFEST_INVALID`, or `LEDGER_LEASE_LOST`.
 *
 * @throws MillraceError `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const sink = partSink(store, { encode: options.encode, recordsPerPart: 10_000 });
 */
export function partSink<T>(store: PartStore, options: PartSinkOptions<T>): Sink<T> {
  checkOptions<PartSinkOptions<T>>(`partSink of ${store.name}`, options, {
    encode: check.optional(checkEncoder),
    compress: check.optional(check.oneOf('gzip', 'none')),
    partition: check.optional(check.callback),
    recordsPerPart: check.integer(2, 10_000_000),
    maxPartBytes: check.optional(check.integer(1, MAX_PART_BYTES)),
    maxRecordBytes: check.optional(check.integer(1)),
    concurrency: check.optional(check.integer(1, 64)),
  });
  const { encode = ndjsonEncoder, compress = 'none', partition, recordsPerPart: group } = options;
  const { maxPartBytes = 256 * 2 ** 20, maxRecordBytes = Infinity } = options;
  const plan = {
    encode,
    partition,
    pathProblem: (item: PlannedGroup['item'], path: string) => store.prefixProblem?.(store.partPrefix(item, path)),
    group,
    maxPartBytes,
    maxRecordBytes,
  };
  const writer = partWriter({ store, encode, compress });
  const write = async (
    entries: readonly Entry<T>[],
    context: Context,
    act: (planned: PlannedGroup, context: Context) => Promise<void>,
  ): Promise<readonly Refusal[]> => {
    context.signal.throwIfAborted();
    const { groups, refusals } = await planParts(entries, plan);
    for (const planned of groups) await act(planned, context);
    return refusals;
  };
  return Object.freeze<Sink<T>>({
    name: store.name,
    limits: { count: group },
    group,
    concurrency: options.concurrency ?? 2,
    write: (entries, context) => write(entries, context, writer.write),
    writeSingly: async (entries, context) => {
      const refusals: Refusal[] = [];
      for (const [position, entry] of entries.entries()) {
        const refused = await write([entry], context, writer.writeSingle);
        refusals.push(...refused.map((refusal) => ({ ...refusal, position })));
      }
      return refusals;
    },
    ...(store.close && { close: store.close }),
  });
}
