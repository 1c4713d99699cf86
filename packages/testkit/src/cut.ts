import { seededRandom } from './seeded-random.ts';

/** What a codec takes: bytes or text. */
export type Cuttable = Uint8Array | string;

/** A way of cutting an input into chunks that say the same. */
export interface Cutting<I> {
  readonly name: string;
  readonly chunks: readonly I[];
}

/** Up to this many bytes or characters at either end are cut singly; what lies between stays whole. */
const EDGE = 4096;

/**
 * The cuttings that a codec must not notice. Text is cut between code points, because a decoder never splits one; its
 * line ends, quotes and escapes are cut through.
 */
export function cuttings<I extends Cuttable>(input: I, seed: number): readonly Cutting<I>[] {
  const empty = slice(input, 0, 0);
  const single = cut(input, singles(input.length));
  const random = Array.from({ length: 4 }, (_, index) => ({
    name: `random cuts, seed ${seed + index}`,
    chunks: cut(input, randomPoints(input.length, seededRandom(seed + index))),
  }));
  return [
    { name: 'whole', chunks: [input] },
    { name: 'singly', chunks: single },
    { name: 'empty chunks between', chunks: [empty, ...random[0]!.chunks.flatMap((chunk) => [chunk, empty, empty])] },
    ...random,
    ...(input.length === 0 ? [{ name: 'no chunk', chunks: [] }] : []),
  ];
}

function singles(length: number): number[] {
  const edge = Math.min(EDGE, length);
  const head = Array.from({ length: edge }, (_, index) => index + 1);
  const tail = Array.from({ length: edge }, (_, index) => length - edge + index);
  return [...head, ...tail];
}

/** Cuts that lie close together as well as far apart. */
function randomPoints(length: number, random: () => number): number[] {
  const count = Math.min(length, 2 + Math.floor(random() * 30));
  return Array.from({ length: count }, () => {
    const near = random() < 0.5 ? Math.min(length, 64) : length;
    return Math.floor(random() * near);
  });
}

/** Cuts at these points, in any order and repeated; none of the chunks is empty. */
function cut<I extends Cuttable>(input: I, points: readonly number[]): I[] {
  const sorted = [...new Set([...points, input.length])].sort((a, b) => a - b);
  const chunks: I[] = [];
  let start = 0;
  for (const point of sorted) {
    if (point <= start || splitsCodePoint(input, point)) continue;
    chunks.push(slice(input, start, point));
    start = point;
  }
  return chunks;
}

function splitsCodePoint(input: Cuttable, point: number): boolean {
  return typeof input === 'string' && point < input.length && (input.codePointAt(point - 1) ?? 0) > 0xffff;
}

/** A part of the input, in memory of its own. */
function slice<I extends Cuttable>(input: I, start: number, end: number): I {
  return input.slice(start, end) as I;
}
