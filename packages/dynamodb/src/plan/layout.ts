import type { Entry } from '@millrace/core';
import { MAX_ITEM_BYTES } from '../limits.ts';
import { writeUnits } from '../item-size.ts';
import { marshal } from '../marshal.ts';

/** What some records become in the table. */
export interface Landed {
  /** Size of each item, in bytes. */
  readonly items: readonly number[];
  /** Records that would be refused. */
  readonly refused: readonly { readonly position: number; readonly error: unknown }[];
}

/** A way to land records: one item for each, or packed. */
export interface Layout {
  /** Records to an item, at most. */
  readonly records: number;
  readonly compress: 'deflate-raw' | 'zstd' | 'none' | undefined;
  readonly land: (entries: readonly Entry<unknown>[]) => Landed;
}

/** One item for each record, as `dynamodbSink` does without `pack`. */
export function singleLayout(allowUnsafe: boolean): Layout {
  return {
    records: 1,
    compress: undefined,
    land: (entries) => {
      const items: number[] = [];
      const refused: { position: number; error: unknown }[] = [];
      for (const [position, { value }] of entries.entries()) {
        try {
          const { size } = marshal(value, allowUnsafe);
          if (size <= MAX_ITEM_BYTES) items.push(size);
          else refused.push({ position, error: undefined });
        } catch (error) {
          refused.push({ position, error });
        }
      }
      return { items, refused };
    },
  };
}

export function unitsOf({ items }: Landed): number {
  return items.reduce((sum, bytes) => sum + writeUnits(bytes), 0);
}
