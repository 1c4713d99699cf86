import { crc32 } from './crc32.ts';
import { type Engine, type Inflater, OUTPUT_BYTES } from './engine.ts';
import { type FflateBlocks, fflateBlocks, loadInflate } from './fflate-blocks.ts';

/**
 * The most that fflate is given at once. Deflate expands up to 1032 times, and fflate allocates all of it before anyone
 * can look at it: about 8 MB.
 */
const MAX_STEP = 8 * 1024;
/** The least: where data expands a thousandfold, it makes 256 KiB. */
const MIN_STEP = 256;

/** Pure JavaScript, for where there is no `node:zlib`. */
export function fflateEngine(): Engine {
  return { crc32, inflater: fflateInflater };
}

function fflateInflater(corrupt: (cause: unknown) => Error): Inflater {
  let blocks: FflateBlocks | undefined;
  let step = MAX_STEP;
  let unused: number | undefined;

  return {
    inflate: async function* (input) {
      blocks ??= fflateBlocks(await loadInflate());
      for (let at = 0; at < input.length && unused === undefined;) {
        const taken = input.subarray(at, at + step);
        at += taken.length;
        let outputs: readonly Uint8Array[];
        try {
          outputs = blocks.push(taken);
        } catch (cause) {
          throw corrupt(cause);
        }
        const behind = blocks.unused();
        if (behind !== undefined) unused = input.length - at + behind;
        step = nextStep(step, taken.length, outputs);
        for (const output of outputs) yield* pieces(output);
      }
    },
    unused: () => unused,
    close: () => {}, // It holds memory only.
  };
}

/** Aims at outputs of about `OUTPUT_BYTES`: shrinks at once where data expands much, and grows by doubling. */
function nextStep(step: number, taken: number, outputs: readonly Uint8Array[]): number {
  const given = outputs.reduce((sum, output) => sum + output.length, 0);
  const fitting = Math.trunc((taken * OUTPUT_BYTES) / Math.max(given, 1));
  return Math.max(MIN_STEP, Math.min(fitting, step * 2, MAX_STEP));
}

/** Views into an output of which nothing else is kept. */
function* pieces(output: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < output.length; at += OUTPUT_BYTES) yield output.subarray(at, at + OUTPUT_BYTES);
}
