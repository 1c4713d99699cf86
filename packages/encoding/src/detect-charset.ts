import { MillraceError } from '@millrace/core';
import { check, checkOptions } from '@millrace/core/plugin';
import { markOf } from './byte-order-mark.ts';
import { type Choose, startDetecting } from './detecting.ts';
import type { Candidate, Detection } from './detection.ts';
import { bestCandidate, type Choice } from './score-candidates.ts';
import { wideLayout } from './wide-layout.ts';

export interface DetectOptions {
  /**
   * Names of the encodings that the supplier may use, at least two, the likeliest first: where several give the same text,
   * the first is chosen. The fewer there are, the surer the choice.
   */
  readonly allowed: readonly string[];
  /** The least confidence, from 0 to 1, with which an encoding is chosen. @default 0.7 */
  readonly minConfidence?: number;
  /** Which of `allowed` to take where none reaches `minConfidence`. @default the item fails with `ENCODING_NOT_DETECTED` */
  readonly fallback?: string;
  /**
   * Bytes that are looked at, at most, from the first on that is no plain ASCII; 1024 at least. As many are held in memory.
   * @default 65536
   */
  readonly headBytes?: number;
}

/**
 * Finds out each item's encoding, for `decodeText` in the place of a name:
 * `decodeText(detect({ allowed: ['utf-8', 'windows-1252'] }))`. A byte order mark decides; then the zero bytes of
 * UTF-16 and UTF-32; then how well the text reads that each allowed encoding makes of the item's head. Under `utf-16` and `utf-32`, both byte
 * orders are tried. The choice depends on the item's bytes alone, and stands in the
 * report as the note `encoding`: its name and confidence.
 *
 * In a run `decodeText` fails the item with `ENCODING_NOT_DETECTED` where nothing is chosen.
 *
 * @throws MillraceError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function detect(options: DetectOptions): Detection {
  checkOptions('detect', options, {
    allowed: check.object,
    minConfidence: check.optional(check.numeric(0, 1)),
    fallback: check.optional(check.text),
    headBytes: check.optional(check.integer(1024)),
  });
  const { allowed, minConfidence = 0.7, fallback, headBytes = 65_536 } = options;
  if (
    !Array.isArray(allowed) ||
    allowed.length < 2 ||
    allowed.some((name) => typeof name !== 'string') ||
    new Set(allowed).size < allowed.length
  ) {
    throw new MillraceError('OPTION_INVALID', 'detect: allowed must name two different encodings at least.');
  }
  if (fallback !== undefined && !allowed.includes(fallback)) {
    throw new MillraceError('OPTION_INVALID', `detect: the fallback ${fallback} must be one of allowed.`);
  }
  const choose: Choose = (head, whole, candidates) => {
    const mark = markOf(head);
    const marked = mark && candidates.find(({ charset }) => charset.marks?.[mark] !== undefined);
    if (marked !== undefined) return { candidate: marked, confidence: 1 };
    const orders = candidates.flatMap(byteOrders);
    const layout = mark === undefined ? wideLayout(head, true) : undefined;
    const wide = layout && orders.find(({ charset: { marks, decode } }) => marks?.[layout] === decode);
    if (wide !== undefined) return { candidate: wide, confidence: 1 };
    const best = bestCandidate(head, whole, orders);
    if (best.confidence >= minConfidence) return best;
    const taken = candidates.find(({ name }) => name === fallback);
    if (taken === undefined) throw notDetected(best, minConfidence, candidates);
    return { candidate: taken, confidence: undefined };
  };
  return Object.freeze<Detection>({
    allowed: Object.freeze([...allowed]),
    start: (candidates, decodeBy, context) => startDetecting({ candidates, decodeBy, context, headBytes, choose }),
  });
}

/** An encoding in each byte order that it allows without a byte order mark, the usual one first. */
function byteOrders({ name, charset }: Candidate): readonly Candidate[] {
  const { marks, decode } = charset;
  if (marks === undefined || marks['utf-8'] !== undefined) return [{ name, charset }];
  const decodes = new Set([decode, ...Object.values(marks)]);
  return Array.from(decodes, (one) => ({ name, charset: { ...charset, decode: one } }));
}

function notDetected(
  { candidate, confidence }: Choice,
  minConfidence: number,
  candidates: readonly Candidate[],
): MillraceError {
  const sure = confidence.toFixed(2);
  return new MillraceError(
    'ENCODING_NOT_DETECTED',
    `None of ${candidates.map(({ name }) => name).join(', ')} is sure enough: the likeliest is ${candidate.name} with a ` +
      `confidence of ${sure}, and minConfidence is ${minConfidence}. Allow the right encoding, or set fallback.`,
    { details: { likeliest: candidate.name, confidence: Number(sure), minConfidence } },
  );
}
