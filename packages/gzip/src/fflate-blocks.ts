import { MillraceError } from '@millrace/core';
import { judgeBlockHeader } from './deflate-block-header.ts';

/**
 * fflate's raw Inflate. Only `push` is public; where a block ends stands in its state. That this is
 * sound is shown in docs/decisions/gunzip-frames-members-itself.md: the version is pinned, `loadInflate` tries it, and
 * CRC-32 and length behind the end must fit.
 */
interface Inflate {
  readonly push: (input: Uint8Array) => void;
  /** `f`: in the last block; `l`: the block's codes, empty between blocks; `p`: bits already taken of the first byte. */
  readonly s: { f?: number; readonly l?: unknown; readonly p?: number };
  /** Input not yet taken. */
  p: Uint8Array;
  /** The last 32 KiB of output. fflate appends the next output to it, in place where there is room. */
  o: Uint8Array;
}
type InflateClass = new (ondata: (output: Uint8Array) => void) => Inflate;

/** Decompresses one deflate stream, block by block. */
export interface FflateBlocks {
  /** Takes the next input and answers what it gives. Throws where the data is damaged. */
  readonly push: (input: Uint8Array) => readonly Uint8Array[];
  /** How much of the last input lies behind the end of the stream; `undefined` where it has not ended. */
  readonly unused: () => number | undefined;
}

const NONE = new Uint8Array(0);
/** Room for the window, for an output of 256 KiB, and for the 128 KiB that fflate wants to have free. */
const SCRATCH_BYTES = 512 * 1024;

let sharedScratch: Uint8Array | undefined;

/**
 * fflate decodes the blocks, but takes any header for good, and would run on into the next block. So each header is judged
 * here first, and marked as the last: fflate then stops at the block's end.
 */
export function fflateBlocks(Inflate: InflateClass): FflateBlocks {
  let outputs: Uint8Array[] = [];
  const inflate = new Inflate((output) => outputs.push(output));
  // Without it fflate allocates about four times its output. One serves all streams, because it is used only while `push`
  // runs, which nothing can interrupt: the window is copied in before, and fflate copies window and output out of it.
  const scratch = (sharedScratch ??= new Uint8Array(SCRATCH_BYTES));
  let inBlock = false;
  let isLast = false;
  /** Between blocks: the bytes from the one on in which the next header starts, at `headerBit`. */
  let held: Uint8Array = NONE;
  let headerBit = 0;
  let unused: number | undefined;

  const run = (input: Uint8Array): void => {
    scratch.set(inflate.o);
    inflate.o = scratch;
    inflate.push(input);
  };

  /** Enters the next block; false where its header is still incomplete. */
  const enterBlock = (input: Uint8Array): boolean => {
    const bytes = joined(held, input);
    const verdict = judgeBlockHeader(bytes, headerBit);
    if (verdict === 'invalid') throw new Error('invalid deflate block header');
    held = bytes;
    if (verdict === 'cut') return false;
    isLast = ((bytes[0]! >> headerBit) & 1) === 1;
    bytes[0]! |= 1 << headerBit;
    inBlock = true;
    run(bytes);
    return true;
  };

  const push = (input: Uint8Array): void => {
    if (inBlock) run(input);
    else if (!enterBlock(input)) return;
    const { s: state } = inflate;
    while (state.f === 1 && !state.l) {
      inBlock = false;
      held = inflate.p;
      headerBit = state.p ?? 0;
      if (isLast) {
        unused = held.length - (headerBit === 0 ? 0 : 1);
        return;
      }
      inflate.p = NONE;
      state.f = 0;
      if (!enterBlock(NONE)) return;
    }
  };

  return {
    push: (input) => {
      outputs = [];
      push(input);
      return outputs;
    },
    unused: () => unused,
  };
}

let loading: Promise<InflateClass> | undefined;

/** Loads fflate at first use: that costs about 15 ms, which a cold start on Node should not pay. */
export function loadInflate(): Promise<InflateClass> {
  return (loading ??= import('fflate/browser').then(({ Inflate }) => tried(Inflate as unknown as InflateClass)));
}

function tried(Inflate: InflateClass): InflateClass {
  const blocks = fflateBlocks(Inflate);
  // Two empty blocks, the second one the last, and two bytes behind them.
  blocks.push(Uint8Array.of(0b00000010, 0b00001100, 0b00000000, 1, 1));
  if (blocks.unused() === 2) return Inflate;
  throw new MillraceError(
    'GZIP_ENGINE_UNAVAILABLE',
    'This version of fflate does not tell where a deflate stream ends; install the one that @millrace/gzip depends on.',
  );
}

/** A copy, since the first header's bits are changed in it. */
function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
