import { isDeepStrictEqual } from 'node:util';
import { feed, type Feed, memoryLedger, type Sink, type Source } from '@millrace/core';
import { type LandingItem, landingItem } from '@millrace/dynamodb';
import { unpack } from '@millrace/dynamodb/unpack';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { type MemorySink, memorySink, type MemorySource, memorySource } from '@millrace/testkit';
import { packing } from '../../packages/dynamodb/src/pack/pack-options.ts';
import { packedSink } from '../../packages/dynamodb/src/pack/packed-sink.ts';
import type { Landing } from './arguments.ts';
import type { Differences } from './check-table.ts';
import { invokeUntilDeadline, type LargeRef, type RunOnce, runUntilDeadline } from './deadline-runners.ts';
import { landed } from './landed.ts';
import { naturalKeyOf } from './landing-feed.ts';
import { largeLines, largeRecord, recordsOf } from './large-object.ts';
import type { SampleRecord } from './sample-object.ts';

export interface DeadlineSeries extends Differences {
  /** Runs that it took. */
  readonly runs: number;
  readonly records: number;
  /** Records, or packs, that more than one run wrote. A deadline lets what is in flight settle, so there is none. */
  readonly twice: number;
  /** Sums of the objects' watermarks at the runs' ends. */
  readonly watermarks: readonly number[];
  /** What else was not as it must be; empty if all was. */
  readonly problems: readonly string[];
}

export interface DeadlineSeriesOptions extends Landing {
  /** Records of all objects together. */
  readonly records: number;
  /** What each run has, in milliseconds. It has to suffice for reading over what is settled. */
  readonly deadlineMs: number;
}

type LandedSample = LandingItem<SampleRecord>;

const NAME = 'deadline';
const KEYS = { partitionKey: 'uuid', allowUnsafe: false };
const MAX_RUNS = 500;
const BATCH = 100;
const CHUNK_BYTES = 64 * 1024;

/**
 * Carries objects in as many runs as it takes, each with a deadline, and checks that each record is there once. One object goes
 * through `feed.run`; several go through the Lambda handler, as records of one event.
 */
export async function deadlineSeries(options: DeadlineSeriesOptions): Promise<DeadlineSeries> {
  const { records, deadlineMs, pack, natural = false, objects = 1 } = options;
  const shares = recordsOf(records, objects);
  const store = memorySink<LandedSample>({
    limits: { count: BATCH },
    concurrency: 4,
    // Slow enough that one run does not suffice, and not in the order in which writes begin.
    delayMs: (write) => 2 + ((write * 5) % 7),
    key: ({ value }) => value.uuid,
  });
  const keyed: Sink<LandedSample> = natural ? { ...store, keyOf: ({ uuid }) => uuid } : store;
  const sink = pack === undefined ? keyed : packedSink(store, KEYS, packing({ records: pack }, KEYS));
  const names = shares.map((_, object) => `large-${object}.ndjson`);
  const source = memorySource({
    objects: Object.fromEntries(
      names.map((name, object) => [name, chunked(largeLines(shares[object]!, { object, natural }))]),
    ),
  });
  const flow = largeFeed(source, sink, natural);
  const refs = names.map((key) => ({ bucket: 'memory', key }));
  const ledger = memoryLedger();
  const runOnce = objects === 1 ? runUntilDeadline(flow, refs, ledger) : invokeUntilDeadline(flow, refs, ledger);
  const { watermarks, problems } = await runToEnd(runOnce, { names, shares, deadlineMs });
  const differences = await compare(store, { names, shares, natural });
  return { runs: watermarks.length, records, watermarks, problems, twice: writtenTwice(store), ...differences };
}

function largeFeed(memory: MemorySource<Uint8Array>, sink: Sink<LandedSample>, natural: boolean): Feed<LargeRef> {
  const source: Source<LargeRef, Uint8Array> = {
    name: memory.name,
    describe: ({ key }) => memory.describe({ name: key }),
    open: ({ key }, context) => memory.open({ name: key }, context),
  };
  return feed(NAME)
    .from(source)
    .through(decodeText('utf-8'))
    .through(parseNdjson<SampleRecord>())
    .through(landingItem(natural ? { key: naturalKeyOf } : {}))
    .to(sink);
}

function chunked(lines: readonly string[]): Uint8Array[] {
  const bytes = Buffer.from(lines.join('\n'));
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) chunks.push(bytes.subarray(from, from + CHUNK_BYTES));
  return chunks;
}

interface Objects {
  readonly names: readonly string[];
  /** Records of each. */
  readonly shares: readonly number[];
}

async function runToEnd(
  runOnce: RunOnce,
  { names, shares, deadlineMs }: Objects & { readonly deadlineMs: number },
): Promise<Pick<DeadlineSeries, 'watermarks' | 'problems'>> {
  const reached = new Map<string, number>();
  const complete = new Set<string>();
  const watermarks: number[] = [];
  const problems: string[] = [];
  let unmoved = 0;
  while (watermarks.length < MAX_RUNS && complete.size < names.length && problems.length === 0) {
    const before = watermarks.at(-1) ?? 0;
    // A run that gets nowhere is followed by a longer one, so that it does not matter how fast the machine is.
    for (const report of await runOnce(deadlineMs * 2 ** unmoved)) {
      const { outcome, ref, watermark, error } = report;
      if (outcome === 'complete') {
        complete.add(ref);
        const share = shares[names.findIndex((name) => `memory:${name}` === ref)];
        if (report.read !== share || report.written + report.skipped !== share)
          problems.push(`${ref}: the counts of ${share} records are ${JSON.stringify(report)}`);
      } else if (outcome !== 'aborted' && outcome !== 'duplicate') {
        problems.push(`${ref}: a run ended as ${outcome}: ${error?.message}`);
      }
      if (outcome === 'duplicate' ? !complete.has(ref) : watermark < (reached.get(ref) ?? 0))
        problems.push(`${ref}: ${outcome} at ${watermark} after ${reached.get(ref)}`);
      if (outcome !== 'duplicate') reached.set(ref, watermark);
    }
    watermarks.push([...reached.values()].reduce((sum, watermark) => sum + watermark, 0));
    unmoved = watermarks.at(-1)! > before ? 0 : unmoved + 1;
    if (unmoved === 20) problems.push(`${deadlineMs} ms are too few on this machine to read over ${before} records`);
  }
  if (complete.size < names.length) problems.push(`${complete.size} of ${names.length} objects are complete`);
  return { watermarks, problems };
}

/** Compares what is stored with what must be: of each key the last record of its object, as `landingItem` makes it. */
async function compare(
  { stored }: MemorySink<LandedSample>,
  { names, shares, natural }: Objects & { readonly natural: boolean },
): Promise<Differences> {
  const expected = new Map(
    names.flatMap((name, object) => {
      const uri = `memory:${name}`;
      const lastModified = new Date(Date.UTC(2026, 0, 1, 0, 0, 1)).toISOString();
      const version = { feed: NAME, id: `${uri}?version=1`, uri, lastModified };
      const keyOf = natural ? naturalKeyOf : undefined;
      return Array.from({ length: shares[object]! }, (_, ordinal) => {
        const item = landed({ ...version, keyOf }, ordinal, largeRecord(ordinal, { object, natural }));
        return [item.uuid, item] as const;
      });
    }),
  );
  const seen = new Set<string>();
  let wrong = 0;
  let doubled = 0;
  for (const { value } of stored.values()) {
    for await (const item of unpack<LandedSample>(value)) {
      const wanted = expected.get(item.uuid);
      if (wanted === undefined || seen.has(item.uuid)) doubled += 1;
      else if (!isDeepStrictEqual(item, wanted)) wrong += 1;
      if (wanted !== undefined) seen.add(item.uuid);
    }
  }
  return { lost: expected.size - seen.size, doubled, wrong, examples: [] };
}

function writtenTwice({ writes }: MemorySink<LandedSample>): number {
  const seen = new Set<string>();
  let twice = 0;
  for (const { entries, outcome } of writes) {
    if (outcome !== 'accepted') continue;
    for (const { item, ordinal } of entries) {
      const place = `${item.id}#${ordinal}`;
      if (seen.has(place)) twice += 1;
      seen.add(place);
    }
  }
  return twice;
}
