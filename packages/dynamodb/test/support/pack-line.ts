import { marshall } from '@aws-sdk/util-dynamodb';
import { packing } from '../../src/pack/pack-options.ts';
import { packedSink } from '../../src/pack/packed-sink.ts';
import { itemLine } from '../../src/unload/item-line.ts';
import { itemStore } from './item-store.ts';
import { landedEntries, sinkContext } from './land.ts';

const KEYS = { partitionKey: 'uuid', sortKey: undefined, allowUnsafe: false };

/** The line of the pack that these records make, as an export has it. */
export async function packLine(records: readonly unknown[]): Promise<string> {
  const store = itemStore();
  await packedSink(store.sink, KEYS, packing({}, KEYS)).write(landedEntries(records), sinkContext);
  const [item] = store.items.values();
  return itemLine(marshall(item));
}
