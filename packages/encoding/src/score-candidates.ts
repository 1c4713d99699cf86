import type { Candidate } from './detection.ts';
import { plausibility } from './plausibility.ts';

/** The likeliest encoding, and how sure that is, from 0 to 1. */
export interface Choice {
  readonly candidate: Candidate;
  readonly confidence: number;
}

/** A candidate's own text of the head, and what speaks for it. */
interface Scored {
  readonly candidate: Candidate;
  readonly text: string;
  readonly mean: number;
  readonly count: number;
  readonly invalid: number;
}

/** An encoding in a ranking. */
export interface Ranked extends Choice {
  readonly invalid: number;
  /** Candidates that give the same text. */
  readonly same: readonly Candidate[];
}

/** What a sequence of UTF-8 that is well formed adds to its character: other encodings seldom look like it. */
const WELL_FORMED = 3;
/** What one that is no character takes away. */
const INVALID = 8;

/**
 * Orders by how well the text reads that each candidate makes of the head. The confidence has three factors: how well the
 * best reads, how much better than the best that reads otherwise, and how many characters there were to judge by.
 */
export function bestCandidate(head: Uint8Array, whole: boolean, candidates: readonly Candidate[]): Choice {
  const scored = candidates.map((candidate) => score(head, whole, candidate));
  const best = scored.reduce((left, right) => (right.mean > left.mean ? right : left));
  return { candidate: best.candidate, confidence: confidenceOf(best, scored) };
}

/** Orders candidates that give different texts by how well these read, the best first. */
export function rankCandidates(head: Uint8Array, whole: boolean, candidates: readonly Candidate[]): readonly Ranked[] {
  const scored = candidates.map((candidate) => score(head, whole, candidate));
  const byText = Map.groupBy(scored, ({ text }) => text);
  return [...byText.values()]
    .toSorted(([left], [right]) => right!.mean - left!.mean)
    .map(([first, ...others]) => ({
      candidate: first!.candidate,
      confidence: confidenceOf(first!, scored),
      invalid: first!.invalid,
      same: others.map(({ candidate }) => candidate),
    }));
}

function confidenceOf({ text, mean, count }: Scored, scored: readonly Scored[]): number {
  const rivals = scored.filter((other) => other.text !== text);
  const rival = Math.max(-INVALID, ...rivals.map((other) => other.mean));
  const reads = clamp((mean + 1) / 1.5);
  const ahead = clamp(1 - Math.exp(-2 * (mean - rival) * Math.sqrt(count)));
  const enough = 1 - 0.5 ** count;
  return reads * ahead * enough;
}

function score(head: Uint8Array, whole: boolean, candidate: Candidate): Scored {
  const { charset } = candidate;
  let invalid = 0;
  const { text } = charset.decode(head, whole, () => (invalid += 1));
  const isUtf8 = charset.marks?.['utf-8'] !== undefined;
  const { mean, count } = plausibility(text, charset.marks !== undefined && !isUtf8);
  const sound = Math.max(1, count - invalid);
  const bonus = isUtf8 && count > 0 ? (WELL_FORMED * (count - invalid)) / count : 0;
  return { candidate, text, mean: mean + bonus - (INVALID * invalid) / Math.max(1, count), count: sound, invalid };
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
