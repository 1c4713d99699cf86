import { isDeepStrictEqual } from 'node:util';
import { feed, memoryLedger } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { type LandingItem, landingItem } from '@millrace/dynamodb';
import { unpack } from '@millrace/dynamodb/unpack';
import { type MemorySink, memorySink, memorySource } from '@millrace/testkit';
import { packing } from '../../packages/dynamodb/src/pack/pack-options.ts';
import { packedSink } from '../../packages/dynamodb/src/pack/packed-sink.ts';
import type { Differences } from './check-table.ts';
import { largeRecord } from './large-object.ts';
import type { SampleRecord } from './sample-object.ts';

export interface DeadlineSeries extends Differences {
  /** Runs that it took. */
  readonly runs: number;
  readonly records: number;
  /** Ordinals that were written by more than one run. A deadline lets what is in flight settle, so there is none. */
  readonly twice: number;
  /** Watermarks at the runs' ends. */
  readonly watermarks: readonly number[];
  /** What else was not as it must be; empty where all was. */
  readonly problems: readonly string[];
}

export interface DeadlineSeriesOptions {
  readonly records: number;
  /** What each run has, in milliseconds. It has to suffice for reading over what is settled. */
  readonly deadlineMs: number;
  /** Records of a pack. @default each record is an item */
  readonly pack?: number | undefined;
}

type LandedSample = LandingItem<SampleRecord>;

const KEYS = { partitionKey: 'uuid', allowUnsafe: false };
const MAX_RUNS = 500;
const BATCH = 100;
const CHUNK_BYTES = 64 * 1024;

/** Carries one object in as many runs as it takes, each with a deadline, and checks that each ordinal is there once. */
export async function deadlineSeries({ records, deadlineMs, pack }: DeadlineSeriesOptions): Promise<DeadlineSeries> {
  const lines = Array.from({ length: records }, (_, id) => JSON.stringify(largeRecord(id)));
  const store = memorySink<LandedSample>({
    limits: { count: BATCH },
    concurrency: 4,
    // Slow enough that one run does not suffice.
    delayMs: 4,
    key: ({ value }) => value.uuid,
  });
  const sink = pack === undefined ? store : packedSink(store, KEYS, packing({ records: pack }, KEYS));
  const source = memorySource({ objects: { large: chunked(Buffer.from(lines.join('\n'))) } });
  const flow = feed('deadline')
    .from(source)
    .through(decodeText('utf-8'))
    .through(parseNdjson<SampleRecord>())
    .through(landingItem())
    .to(sink);
  const ledger = memoryLedger();
  const watermarks: number[] = [];
  const problems: string[] = [];
  let unmoved = 0;
  while (watermarks.length < MAX_RUNS) {
    const { reports } = await flow.run(source.refs(), {
      ledger,
      // A run that gets nowhere is followed by a longer one, so that it does not matter how fast the machine is.
      deadline: Date.now() + deadlineMs * 2 ** unmoved,
      graceMs: 5000,
      onFailure: 'report',
    });
    const [report] = reports;
    const before = watermarks.at(-1) ?? 0;
    watermarks.push(report?.watermark ?? before);
    if (report?.outcome === 'complete') break;
    if (report?.outcome !== 'aborted') {
      problems.push(`a run ended as ${report?.outcome}: ${report?.error?.message}`);
      break;
    }
    unmoved = report.watermark > before ? 0 : unmoved + 1;
    if (unmoved === 20) {
      problems.push(`${deadlineMs} ms are too few on this machine to read over ${before} records`);
      break;
    }
  }
  return { runs: watermarks.length, records, watermarks, problems, ...(await compared(store, records)) };
}

function chunked(bytes: Buffer): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) chunks.push(bytes.subarray(from, from + CHUNK_BYTES));
  return chunks;
}

async function compared(
  { stored }: MemorySink<LandedSample>,
  records: number,
): Promise<Differences & { readonly twice: number }> {
  const seen = new Set<number>();
  let wrong = 0;
  let doubled = 0;
  let twice = 0;
  for (const { value, times } of stored.values()) {
    for await (const { ordinal, record } of unpack<LandedSample>(value)) {
      if (seen.has(ordinal) || ordinal >= records) doubled += 1;
      else if (!isDeepStrictEqual(record, largeRecord(ordinal))) wrong += 1;
      if (times > 1) twice += 1;
      seen.add(ordinal);
    }
  }
  return {
    lost: records - [...seen].filter((ordinal) => ordinal < records).length,
    doubled,
    wrong,
    twice,
    packedAndAlone: 0,
    examples: [],
  };
}
