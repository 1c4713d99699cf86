import type { Sink } from '@millrace/core';
import type { Context, Entry } from '@millrace/core/plugin';
import { itemSize, writeUnits } from '../item-size.ts';
import { packing, type PackOptions } from '../pack/pack-options.ts';
import { packedSink } from '../pack/packed-sink.ts';
import { prepare } from '../prepare.ts';
import type { SinkSettings } from '../sink-settings.ts';

/** How records may be landed: each in an item of its own, or packed. */
export interface LayoutName {
  /** Records to an item; 1 without packing. */
  readonly records: number;
  /** Absent without packing. */
  readonly compress?: 'deflate-raw' | 'zstd' | 'none';
}

/** What some records would become in the table. */
export interface Landed {
  /** Bytes of each item. */
  readonly items: readonly number[];
  readonly units: number;
}

/** Tells what records become under one layout, by the code that lands them. */
export interface Layout {
  readonly name: LayoutName;
  readonly land: (entries: readonly Entry<unknown>[], context: Context) => Promise<Landed>;
}

/** @throws MillraceError `OPTION_INVALID` where the sink's keys do not go with packing */
export function layoutOf({ keys, allowUnsafe }: SinkSettings, pack: PackOptions | undefined): Layout {
  let items: number[] = [];
  const scales: Sink<unknown> = {
    name: 'dynamodb',
    write: async (entries) => {
      for (const { value } of entries) items.push(itemSize(value as object));
    },
  };
  const preparation = { ...keys, allowUnsafe };
  const packed = pack && packing(pack, keys);
  const sink = packed === undefined ? scales : packedSink(scales, preparation, packed);
  return {
    name: packed === undefined ? { records: 1 } : { records: packed.records, compress: packed.encoding },
    land: async (entries, context) => {
      items = [];
      // A packing sink leaves out itself what it refuses.
      const good = packed === undefined ? accepted(entries, preparation) : entries;
      if (good.length > 0) await sink.write(good, context);
      return { items, units: items.reduce((sum, bytes) => sum + writeUnits(bytes), 0) };
    },
  };
}

function accepted(entries: readonly Entry<unknown>[], preparation: Parameters<typeof prepare>[1]) {
  const refused = new Set<number>();
  prepare(entries, preparation, (position) => refused.add(position));
  return refused.size === 0 ? entries : entries.filter((_, position) => !refused.has(position));
}
