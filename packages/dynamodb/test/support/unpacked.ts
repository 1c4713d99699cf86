import { unpack, type UnpackOptions } from '../../src/unpack.ts';

type Record = Readonly<globalThis.Record<string, unknown>>;

/** The records of all these items, in their order. */
export async function unpacked(items: Iterable<object>, options?: UnpackOptions): Promise<readonly Record[]> {
  const records: Record[] = [];
  for (const item of items) for await (const record of unpack(item, options)) records.push(record);
  return records;
}
