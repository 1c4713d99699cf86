import { isDeepStrictEqual } from 'node:util';
import { feed, memoryLedger } from '@millrace/core';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { memorySink, memorySource } from '@millrace/testkit';
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
}

const MAX_RUNS = 500;
const BATCH = 100;
const CHUNK_BYTES = 64 * 1024;

/** Carries one object in as many runs as it takes, each with a deadline, and checks that each ordinal is there once. */
export async function deadlineSeries({ records, deadlineMs }: DeadlineSeriesOptions): Promise<DeadlineSeries> {
  const lines = Array.from({ length: records }, (_, id) => JSON.stringify(largeRecord(id)));
  const sink = memorySink<SampleRecord>({
    limits: { count: BATCH },
    concurrency: 4,
    // Slow enough that one run does not suffice.
    delayMs: 4,
    key: ({ ordinal }) => String(ordinal),
  });
  const source = memorySource({ objects: { large: chunked(Buffer.from(lines.join('\n'))) } });
  const flow = feed('deadline').from(source).through(decodeText('utf-8')).through(parseNdjson<SampleRecord>()).to(sink);
  const ledger = memoryLedger();
  const watermarks: number[] = [];
  const problems: string[] = [];
  let unmoved = 0;
  while (watermarks.length < MAX_RUNS) {
    const { reports } = await flow.run(source.refs(), {
      ledger,
      deadline: Date.now() + deadlineMs,
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
  return { runs: watermarks.length, records, watermarks, problems, ...compared(sink.stored, records) };
}

function chunked(bytes: Buffer): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) chunks.push(bytes.subarray(from, from + CHUNK_BYTES));
  return chunks;
}

function compared(
  stored: ReadonlyMap<string, { readonly value: SampleRecord; readonly times: number }>,
  records: number,
): Differences & { readonly twice: number } {
  let wrong = 0;
  let lost = 0;
  let twice = 0;
  for (let ordinal = 0; ordinal < records; ordinal += 1) {
    const there = stored.get(String(ordinal));
    if (there === undefined) lost += 1;
    else if (!isDeepStrictEqual(there.value, largeRecord(ordinal))) wrong += 1;
    if (there !== undefined && there.times > 1) twice += 1;
  }
  return { lost, doubled: stored.size - (records - lost), wrong, twice, examples: [] };
}
