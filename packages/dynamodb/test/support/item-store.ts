import type { Sink } from '@millrace/core';
import type { DynamodbRecord } from '../../src/index.ts';

type Item = Readonly<Record<string, unknown>>;

/** A table in memory behind a sink, for what the sink in front of it puts. */
export interface ItemStore {
  readonly sink: Sink<DynamodbRecord<'uuid'>>;
  /** Items by key. */
  readonly items: Map<string, Item>;
  /** What the items are byte by byte, by key. */
  readonly bytes: () => Readonly<Record<string, string>>;
  /** Keys under which another item was written than before. */
  readonly changed: readonly string[];
}

/** @param before called before each write; where it throws, nothing is written */
export function itemStore(before: () => Promise<void> | void = () => {}): ItemStore {
  const items = new Map<string, Item>();
  const changed: string[] = [];
  return {
    items,
    changed,
    bytes: () => Object.fromEntries([...items].map(([key, item]) => [key, shown(item)]).toSorted()),
    sink: {
      name: 'store',
      write: async (entries) => {
        await before();
        for (const { value } of entries) {
          const key = value.uuid as string;
          const earlier = items.get(key);
          if (earlier !== undefined && shown(earlier) !== shown(value)) changed.push(key);
          items.set(key, value);
        }
      },
    },
  };
}

/** Binary as base64, by what `Buffer` says of itself. */
function shown(item: Item): string {
  return JSON.stringify(item, (_, value: unknown) => (value instanceof Set ? [...value] : value));
}
