import { memoryLedger, type Sink } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DynamodbRecord } from '../src/index.ts';
import { packing, type PackOptions } from '../src/pack/pack-options.ts';
import { packedSink } from '../src/pack/packed-sink.ts';
import { type ItemStore, itemStore } from './support/item-store.ts';
import { cut, unevenFeed, unevenText } from './support/pack-feed.ts';
import { unpacked } from './support/unpacked.ts';

const KEYS = { partitionKey: 'uuid', sortKey: undefined, allowUnsafe: false };
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const rejected = { name: 'kept', write: async () => {} };

function packed(store: ItemStore, pack: PackOptions, own: Partial<Sink<DynamodbRecord<'uuid'>>> = {}) {
  return { ...packedSink(store.sink, KEYS, packing(pack, KEYS)), ...own };
}

/** The items of an undisturbed run in one chunk. */
async function reference(text: string, pack: PackOptions): Promise<ItemStore> {
  const store = itemStore();
  const report = await unevenFeed(packed(store, pack)).run([{ name: 'object', chunks: [text] }], {
    quarantine: rejected,
    maxRejections: { share: 1 },
  });
  expect(report.totals.unsettled).toBe(0);
  return store;
}

const interruptions = fc.array(fc.record({ after: fc.nat(4), by: fc.constantFrom('signal', 'deadline', 'crash') }), {
  maxLength: 3,
});

describe('the items of packed landing', () => {
  it('are the same, byte by byte, for any chunks, batches, concurrency and interruption', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          count: fc.integer({ min: 0, max: 250 }),
          cuts: fc.array(fc.nat(), { maxLength: 12 }),
          records: fc.integer({ min: 2, max: 40 }),
          maxItemBytes: fc.constantFrom(1024, 1500, 4096, 409_600),
          compress: fc.constantFrom('deflate-raw', 'none'),
          groupsPerWrite: fc.integer({ min: 1, max: 4 }),
          concurrency: fc.integer({ min: 1, max: 4 }),
          stops: interruptions,
        }),
        async ({ count, cuts, records, maxItemBytes, compress, groupsPerWrite, concurrency, stops }) => {
          const pack = { records, maxItemBytes, compress } as const;
          const text = unevenText(count);
          const expected = await reference(text, pack);
          let stop: (typeof stops)[number] | undefined;
          let controller = new AbortController();
          let writes = 0;
          const store = itemStore(async () => {
            writes += 1;
            if (stop === undefined || writes <= stop.after) return;
            if (stop.by === 'crash') throw new Error('the table is on fire');
            if (stop.by === 'signal') controller.abort();
            await later(2);
          });
          const sink = packed(store, pack, { limits: { count: records * groupsPerWrite }, concurrency });
          const ledger = memoryLedger();
          for (stop of [...stops, undefined]) {
            writes = 0;
            controller = new AbortController();
            await unevenFeed(sink).run([{ name: 'object', chunks: cut(text, cuts) }], {
              ledger,
              versions: 'all',
              quarantine: rejected,
              maxRejections: { share: 1 },
              onFailure: 'report',
              signal: controller.signal,
              ...(stop?.by === 'deadline' && { deadline: Date.now() + stop.after }),
            });
          }
          expect(store.changed).toEqual([]);
          expect(store.bytes()).toEqual(expected.bytes());
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are the same, byte by byte, whatever their sink landed before', async () => {
    const used = itemStore();
    const usedSink = packed(used, {}, { concurrency: 1 });
    const fresh = itemStore();
    for (const end of ['ab', 'zz9', 'q', '', 'hello world', '12345678']) {
      const lines = [`text ${end}`, `-${end}`, 'the tail'].map((text, n) => JSON.stringify({ n: n * 3, text }));
      const short = { name: `short ${end}`, chunks: [lines.slice(0, 2).join('\n')] };
      // It begins as the short one does: its pack leaves a line feed after the end of the other one's text.
      await unevenFeed(usedSink).run([{ name: `long ${end}`, chunks: [lines.join('\n')] }]);
      await unevenFeed(usedSink).run([short]);
      await unevenFeed(packed(fresh, {})).run([short]);
    }
    expect(used.bytes()).toMatchObject(fresh.bytes());
    expect(fresh.items.size).toBe(6);
  });

  it('hold every record once, as if it had been landed alone, whatever the bounds', async () => {
    const text = unevenText(300);
    const alone = itemStore();
    await unevenFeed(alone.sink).run([{ name: 'object', chunks: [text] }], {
      quarantine: rejected,
      maxRejections: { share: 1 },
    });
    for (const pack of [
      { records: 2 },
      { records: 7 },
      { records: 50, maxItemBytes: 1024 },
      { records: 100, compress: 'none' },
      { records: 100, compress: 'zstd' },
      { records: 10_000 },
    ] as const) {
      const store = await reference(text, pack);
      const records = await unpacked(store.items.values());
      const byUuid = Object.fromEntries(records.map((record) => [record['uuid'], record]));
      expect(records).toHaveLength(alone.items.size);
      expect(byUuid).toEqual(Object.fromEntries(alone.items));
    }
  });

  it('keep the bounds of the others where a record is left out', async () => {
    const lines = unevenText(200).split('\n');
    const whole = await reference(lines.join('\n'), { records: 20 });
    const gap = await reference(lines.with(60, 'bad').join('\n'), { records: 20 });
    const different = Object.keys(gap.bytes()).filter((key) => gap.bytes()[key] !== whole.bytes()[key]);
    expect(gap.items.size).toBe(whole.items.size);
    expect(different).toHaveLength(1);
    expect(gap.items.get(different[0]!)).toMatchObject({ last_ordinal: 78 });
  });

  it('are whole where small objects share a write', async () => {
    const texts = [5, 30, 1, 47, 0, 12].map(unevenText);
    const store = itemStore();
    const sink = packed(store, { records: 10 }, { mixesItems: true });
    await unevenFeed(sink).run(
      texts.map((text, index) => ({ name: `object ${index}`, chunks: [text] })),
      { quarantine: rejected, maxRejections: { share: 1 }, concurrency: 6 },
    );
    const alone = itemStore();
    for (const [index, text] of texts.entries()) {
      await unevenFeed(packed(alone, { records: 10 })).run([{ name: `object ${index}`, chunks: [text] }], {
        quarantine: rejected,
        maxRejections: { share: 1 },
      });
    }
    expect(store.bytes()).toEqual(alone.bytes());
  });
});
