import { JsonScanner } from './json-scanner.ts';

/** A place in a document whose values could be records. */
export interface PathCandidate {
  readonly path: string;
  readonly confidence: number;
  readonly records: readonly unknown[];
}

export interface RecordPaths {
  readonly candidates: readonly PathCandidate[];
  readonly concatenated: boolean;
  /** Whether all that was seen is valid JSON. */
  readonly valid: boolean;
}

/** An array in the document, all of its elements together. */
interface Found {
  readonly path: string;
  readonly depth: number;
  readonly count: number;
  readonly objects: number;
  readonly chars: number;
  readonly records: readonly unknown[];
}

const MOST_CANDIDATES = 5;
const MOST_RECORDS = 5000;

/** Finds arrays of objects in a document, the likeliest records first; `undefined` if the text is not JSON. */
export function recordPaths(text: string, complete: boolean): RecordPaths | undefined {
  const scanner = new JsonScanner(text);
  const documents = scanner.documents();
  if (documents === 0 && (complete || scanner.containers === 0)) return undefined;
  const concatenated = documents > 1 || (documents === 1 && scanner.at < text.trimEnd().length && !scanner.failed);
  const arrays: readonly Found[] = [...scanner.arrays.values()].map((array) => ({
    ...array,
    records: array.spans.slice(0, MOST_RECORDS).flatMap(([start, end]) => {
      try {
        return [JSON.parse(text.slice(start, end)) as unknown];
      } catch {
        return [];
      }
    }),
  }));
  const candidates = rank(arrays, text, scanner.top);
  return { candidates, concatenated, valid: !scanner.failed && (documents > 0 || !complete) };
}

function rank(arrays: readonly Found[], text: string, top: 'object' | 'array' | 'other'): readonly PathCandidate[] {
  const scored = arrays
    .filter(({ count }) => count > 0)
    .map((array) => {
      const share = array.chars / text.length;
      const objects = array.objects / array.count;
      const several = array.count > 1 ? 1 : 0.5;
      // What is nearer to the top is the record; what is in it is part of it.
      const score = (0.15 + 0.85 * share) * (0.25 + 0.75 * objects) * several * 0.85 ** array.depth;
      return { array, score };
    })
    .toSorted((left, right) => right.score - left.score);
  const whole = top === 'object' ? [{ path: '', score: 0.22, records: wholeDocument(text) }] : [];
  const all = [
    ...scored.map(({ array, score }) => ({ path: array.path, score, records: array.records })),
    ...whole,
  ].toSorted((left, right) => right.score - left.score);
  const best = all[0]?.score ?? 1;
  const rival = all[1]?.score ?? 0;
  return all.slice(0, MOST_CANDIDATES).map(({ path, score, records }, index) => {
    const isTop = path === '[*]';
    const ahead = index === 0 ? 1 - 0.6 * (rival / best) ** 2 : 0.4 * (score / best);
    return { path, records, confidence: index === 0 ? (isTop ? 0.99 : ahead * 0.93) : ahead };
  });
}

function wholeDocument(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text) as unknown];
  } catch {
    return [];
  }
}
