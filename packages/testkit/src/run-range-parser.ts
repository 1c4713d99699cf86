import type { RangeParser } from '@millrace/core';
import type { ItemRanges } from '@millrace/core/plugin';
import { MillraceError } from '@millrace/core';
import { collectOutputs } from './collect-outputs.ts';
import type { DriveOptions } from './decoding/drive-options.ts';
import type { ParserRun } from './parser-run.ts';

export interface RunRangeParserOptions extends DriveOptions {
  /** Number of settled records passed to the parser. @default 0 */
  readonly settled?: number;
}

/** What came out of a parser that reads ranges. Ordinals of rejections count from the first record that was emitted. */
export interface RangeParserRun<O> extends ParserRun<O> {
  /** Records that the parser left out at the start. */
  readonly skipped: number;
  /** The ranges that it asked for, in order. */
  readonly reads: readonly { readonly start: number; readonly length: number }[];
  /** The parts that it began, with the number of records before each. */
  readonly parts: readonly { readonly name: string; readonly at: number }[];
}

/**
 * Drives a parser that reads ranges by hand, as the runner does. If the parser throws, it rejects with the same error.
 *
 * @param content the bytes of the object, or an `ItemRanges` that returns them
 * @throws MillraceError `CODEC_CONTRACT` if the parser emits a marker never or twice, or skips records that are not settled;
 *   `RANGE_INVALID` if it requests a range outside the content
 * @example
 * const { values } = await runRangeParser(parseParquet(), bytes);
 */
export async function runRangeParser<O>(
  parser: RangeParser<O>,
  content: Uint8Array | ItemRanges,
  options: RunRangeParserOptions = {},
): Promise<RangeParserRun<O>> {
  const { settled = 0, ...others } = options;
  const { context, take, end, result } = collectOutputs<O>(parser, others);
  const inner = content instanceof Uint8Array ? bytesRanges(content) : content;
  const reads: { readonly start: number; readonly length: number }[] = [];
  const ranges: ItemRanges = {
    size: inner.size,
    read: async (start, length) => {
      reads.push({ start, length });
      context.signal.throwIfAborted();
      if (!(Number.isSafeInteger(start) && length >= 0 && start >= 0 && start + length <= inner.size))
        throw new MillraceError('RANGE_INVALID', `${parser.name}() asked for ${length} bytes from ${start} on.`);
      return inner.read(start, length);
    },
  };
  const stage = await parser.open(ranges, { ...context, settled });
  const { skipped = 0 } = stage;
  if (!Number.isSafeInteger(skipped) || skipped < 0 || skipped > settled) {
    const message = `${parser.name}() left out ${skipped} records, of ${settled} that are settled.`;
    throw new MillraceError('CODEC_CONTRACT', message, { stage: parser.name });
  }
  await take(stage.outputs());
  end();
  return { ...result(), skipped, reads };
}

/** Ranges of bytes in memory. Each answer is memory of its own. */
function bytesRanges(bytes: Uint8Array): ItemRanges {
  return { size: bytes.length, read: async (start, length) => Uint8Array.from(bytes.subarray(start, start + length)) };
}
