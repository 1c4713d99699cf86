import { isDeepStrictEqual, inspect } from 'node:util';
import { type ItemReport, type Rejection, RunFailedError } from '@millrace/core';
import { memorySink, memorySource } from '@millrace/testkit';
import { random, type Random } from '../reliability/random.ts';
import type { FuzzTarget } from './target.ts';

/** Codes that mean that something threw what is no coded error, or that the accounts are wrong. */
const FAULTS: ReadonlySet<string> = new Set([
  'SOURCE_FAILED',
  'CODEC_THREW',
  'CODEC_CONTRACT',
  'TRANSFORM_THREW',
  'SINK_FAILED',
  'SINK_CONTRACT',
  'REPORT_MISMATCH',
  'RUNNER_FAILED',
  'QUARANTINE_REFUSED',
]);

/** An input for a target. The seed draws the target's options and the cuts. */
export interface FuzzCase {
  readonly target: string;
  readonly seed: number;
  readonly run: number;
  readonly input: Uint8Array;
}

export interface FuzzResult {
  /** What should not have happened; empty where all is well. */
  readonly problems: readonly string[];
  /** Outcome of the item, or the code of its error. */
  readonly outcome: string;
  readonly records: number;
  readonly rejections: number;
}

/** What must be the same however the input was cut. */
interface Seen {
  readonly outcome: string;
  readonly records: readonly unknown[];
  readonly rejections: readonly unknown[];
}

/** Carries the input whole and cut at random, and judges what came of it. */
export async function runCase(target: FuzzTarget, { seed, run, input }: FuzzCase): Promise<FuzzResult> {
  const draw = random(seed ^ 0x0f0f_0f0f, run);
  const problems: string[] = [];
  const whole = await carry(target, seed, run, [input], problems);
  const cut = await carry(target, seed, run, cutAtRandom(input, draw), problems);
  const isRatio = [whole, cut].some(({ outcome }) => outcome.endsWith('_RATIO_EXCEEDED'));
  if (!isRatio && !isDeepStrictEqual(settled(target, whole), settled(target, cut))) {
    problems.push(`the cut makes a difference: ${difference(whole, cut)}`);
  }
  if (target.offsetsAreExact === true) problems.push(...misplaced(whole, input));
  return {
    problems,
    outcome: whole.outcome,
    records: whole.records.length,
    rejections: whole.rejections.length,
  };
}

/** What is emitted before an item fails counts for nothing, so it may differ. */
function settled({ failsByAny }: FuzzTarget, seen: Seen): Seen {
  if (seen.outcome === 'complete') return seen;
  return { outcome: failsByAny === true ? 'failed' : seen.outcome, records: [], rejections: [] };
}

async function carry(
  target: FuzzTarget,
  seed: number,
  run: number,
  chunks: readonly Uint8Array[],
  problems: string[],
): Promise<Seen> {
  const source = memorySource({ objects: { input: chunks } });
  const sink = memorySink<unknown>();
  const quarantine = memorySink<Rejection>({ name: 'quarantine', key: ({ value }) => `${value.ordinal}` });
  // The same draws, so the same options, for each way of cutting.
  const feed = target.feed({ source, sink }, random(seed, run));
  let report: ItemReport;
  try {
    report = (await feed.run([{ name: 'input' }], { quarantine, expect: { records: { min: 0 } } })).reports[0]!;
  } catch (error) {
    if (!(error instanceof RunFailedError)) throw error;
    report = error.report.reports[0]!;
  }
  const code = report.error?.code ?? report.outcome;
  const rejections = quarantine.values();
  for (const bad of [code, ...rejections.map((rejection) => rejection.code)].filter((one) => FAULTS.has(one))) {
    problems.push(`${bad}: ${inspect(report.error ?? rejections.find((rejection) => rejection.code === bad))}`);
  }
  if (source.unclosed() > 0) problems.push('the item was not closed');
  return {
    outcome: code,
    records: sink.values(),
    rejections: rejections.map(({ ordinal, code: why, raw, line, byteOffset, details }) => {
      return { ordinal, code: why, raw, line, byteOffset, details };
    }),
  };
}

/** A few cuts anywhere, sometimes many close together. */
function cutAtRandom(input: Uint8Array, draw: Random): readonly Uint8Array[] {
  const singly = draw.chance(0.2) && input.length <= 2048;
  const places = singly
    ? Array.from(input, (_, at) => at)
    : Array.from({ length: draw.int(1, 12) }, () =>
        draw.int(0, draw.chance(0.5) ? Math.min(input.length, 64) : input.length),
      );
  const ends = [...places.toSorted((a, b) => a - b), input.length];
  return ends.map((end, index) => input.slice(ends[index - 1] ?? 0, end));
}

/** Rejections whose text does not stand where their byte offset says, in an input that is UTF-8. */
function misplaced({ rejections }: Seen, input: Uint8Array): readonly string[] {
  return (rejections as readonly Pick<Rejection, 'raw' | 'byteOffset' | 'code'>[]).flatMap((rejection) => {
    const { raw, byteOffset, code } = rejection;
    // What was too long is kept in part; text in which U+FFFD stands may have been other bytes.
    if (raw === undefined || byteOffset === undefined || code === 'RECORD_TOO_LONG') return [];
    if (typeof raw === 'string' && raw.includes('\uFFFD')) return [];
    const wanted = Buffer.from(raw as string);
    const found = input.subarray(byteOffset, byteOffset + wanted.length);
    return wanted.equals(found) ? [] : [`the offset of a rejection is wrong: ${inspect(rejection)}`];
  });
}

function difference(whole: Seen, cut: Seen): string {
  const at = whole.records.findIndex((record, index) => !isDeepStrictEqual(record, cut.records[index]));
  const atRejection = whole.rejections.findIndex((one, index) => !isDeepStrictEqual(one, cut.rejections[index]));
  const shown = {
    whole: { outcome: whole.outcome, record: whole.records[at], rejection: whole.rejections[atRejection] },
    cut: { outcome: cut.outcome, record: cut.records[at], rejection: cut.rejections[atRejection] },
    counts: [whole, cut].map(({ records, rejections }) => [records.length, rejections.length]),
  };
  return inspect(shown, { depth: 5 }).slice(0, 2000);
}
