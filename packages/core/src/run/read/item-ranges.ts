import type { ItemContext } from '../../context.ts';
import { MillraceError, toMillraceError } from '../../millrace-error.ts';
import type { ItemRanges } from '../../range-parser.ts';
import type { RangedItem } from '../../source.ts';

/** An item's content as its codec sees it: ranges that are within it, answered in full, and counted. */
export function itemRanges(item: RangedItem, context: ItemContext, saw: (bytes: Uint8Array) => void): ItemRanges {
  const { size } = item;
  const { stage, signal } = context;
  return {
    size,
    read: async (start, length) => {
      signal.throwIfAborted();
      if (!isWithin(start, length, size)) {
        const message = `${length} bytes from byte ${start} on are not within an item of ${size}.`;
        throw new MillraceError('RANGE_INVALID', message, { details: { start, length, size } });
      }
      if (length === 0) return new Uint8Array(0);
      let bytes;
      try {
        bytes = await item.read(start, length, context);
      } catch (thrown) {
        throw toMillraceError(thrown, 'SOURCE_FAILED', { stage });
      }
      if (bytes.byteLength !== length) {
        const message = `Source ${stage} answered ${bytes.byteLength} bytes for ${length}. This is a mistake in the source.`;
        throw new MillraceError('SOURCE_CONTRACT', message, { stage, details: { start, length } });
      }
      saw(bytes);
      return bytes;
    },
  };
}

function isWithin(start: number, length: number, size: number): boolean {
  return (
    Number.isSafeInteger(start) && Number.isSafeInteger(length) && start >= 0 && length >= 0 && start + length <= size
  );
}
