import type { RangesCodec } from '@millrace/core';
import type { Emits, ItemRanges } from '@millrace/core/plugin';
import { MillraceError } from '@millrace/core';
import { collectOutputs } from './collect-outputs.ts';
import type { CodecRun, RunCodecOptions } from './run-codec.ts';

export interface RunRangesCodecOptions extends RunCodecOptions {
  /** Records that the codec is told are settled. @default 0 */
  readonly settled?: number;
}

/** What came out of a codec that reads ranges. Ordinals of rejections count from the first record that was emitted. */
export interface RangesCodecRun<O> extends CodecRun<O> {
  /** Records that the codec left out at the start. */
  readonly skipped: number;
  /** The ranges that it asked for, in order. */
  readonly reads: readonly { readonly start: number; readonly length: number }[];
}

/**
 * Drives a codec that reads ranges by hand, as the runner does. For tests of codecs. What the codec throws, it rejects with,
 * unchanged.
 *
 * @param content the bytes of the item, or another answer to its ranges
 * @throws MillraceError `CODEC_CONTRACT` where the codec breaks the contract: emits a marker never or twice, leaves out what is
 *   not settled; `RANGE_INVALID` where it asks for a range that is not within the content
 */
export async function runRangesCodec<O, E extends Emits>(
  codec: RangesCodec<O, E>,
  content: Uint8Array | ItemRanges,
  options: RunRangesCodecOptions = {},
): Promise<RangesCodecRun<O>> {
  const { settled = 0, ...others } = options;
  const { context, take, end, result } = collectOutputs<O>(codec, others);
  const inner = content instanceof Uint8Array ? bytesRanges(content) : content;
  const reads: { readonly start: number; readonly length: number }[] = [];
  const ranges: ItemRanges = {
    size: inner.size,
    read: async (start, length) => {
      reads.push({ start, length });
      context.signal.throwIfAborted();
      if (!(Number.isSafeInteger(start) && length >= 0 && start >= 0 && start + length <= inner.size))
        throw new MillraceError('RANGE_INVALID', `Codec ${codec.name} asked for ${length} bytes from ${start} on.`);
      return inner.read(start, length);
    },
  };
  const stage = await codec.open(ranges, { ...context, settled });
  const { skipped = 0 } = stage;
  if (!Number.isSafeInteger(skipped) || skipped < 0 || skipped > settled) {
    const message = `Codec ${codec.name} left out ${skipped} records, of ${settled} that are settled.`;
    throw new MillraceError('CODEC_CONTRACT', message, { stage: codec.name });
  }
  await take(stage.outputs());
  end();
  return { ...result(), skipped, reads };
}

/** Ranges of bytes in memory. Each answer is memory of its own. */
function bytesRanges(bytes: Uint8Array): ItemRanges {
  return { size: bytes.length, read: async (start, length) => Uint8Array.from(bytes.subarray(start, start + length)) };
}
