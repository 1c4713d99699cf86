import { gzipSync } from 'node:zlib';
import { type Feed, feed, filter, flatMap, map, memoryLedger } from '@millrace/core';
import { traceLine, traceRow } from '@millrace/core/operate';
import { landingItem } from '@millrace/dynamodb';
import { decodeText } from '@millrace/encoding';
import { parseCsv, parseJson, parseNdjson } from '@millrace/formats';
import { decompress, gunzip } from '@millrace/gzip';
import { zip } from '@millrace/gzip/zip';
import { memorySink, type MemoryRef, type MemorySource, memorySource } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { zipFile } from '../packages/gzip/test/zip/zip-file.ts';

interface Price {
  readonly sku: string;
  readonly amount: number;
}
type Row = Readonly<Record<string, unknown>>;

const lines = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, n) => `{"sku":"ä-${from + n}","amount":${from + n}}\n`).join('');

/** Runs a feed and returns its rows by their keys. */
async function land(prices: Feed<MemoryRef>, rows: readonly Row[], ref: MemoryRef) {
  const ledger = memoryLedger();
  await prices.run([ref], { ledger, quarantine: memorySink<never>() as never, maxRejections: { share: 1 } });
  return { ledger, rows };
}

/** A memory sink, and its rows as they come. */
function keeping() {
  const rows: Row[] = [];
  return {
    rows,
    sink: {
      name: 'keep',
      write: async (entries: readonly { readonly value: unknown }[]) => {
        rows.push(...entries.map(({ value }) => value as Row));
      },
    },
  };
}

const affordable = map((price: Price): Price => {
  if (price.amount > 900) throw new Error('too dear');
  return price;
});

function ndjsonFeed(source: MemorySource<Uint8Array>, isGzip: boolean, sink: ReturnType<typeof keeping>['sink']) {
  const start = feed('prices').from(source);
  return (isGzip ? start.through(gunzip()) : start)
    .through(decodeText('utf-8'))
    .through(parseNdjson<Price>())
    .through(affordable)
    .through(landingItem())
    .to(sink);
}

describe.each([
  ['plain', false],
  ['gzip', true],
])('in a %s feed', (_, isGzip) => {
  const text = `${lines(200)}not json\n\n${lines(300, 200)}{"sku":"dear","amount":1000}\n${lines(100, 500)}`;
  const bytes = Buffer.from(text);
  const setUp = async () => {
    // Chunks that cut lines.
    const whole = isGzip ? gzipSync(bytes) : bytes;
    const chunks = Array.from({ length: Math.ceil(whole.length / 777) }, (_x, n) =>
      whole.subarray(n * 777, n * 777 + 777),
    );
    const source = memorySource<Uint8Array>({ objects: { 'in/a': chunks } });
    const { rows, sink } = keeping();
    const prices = ndjsonFeed(source, isGzip, sink);
    const { ledger } = await land(prices, rows, { name: 'in/a' });
    return { source, prices, rows, ledger, chunks };
  };

  it('every row leads to the raw bytes that it was made of', async () => {
    const { prices, rows, ledger } = await setUp();
    expect(rows).toHaveLength(600);
    for (const row of rows.filter((_row, n) => n % 37 === 0 || n > 597)) {
      const trace = await traceRow({ feed: prices, row, ledger });
      const { sku, amount } = row['record'] as Price;
      expect(trace).toMatchObject({ feed: 'prices', ordinal: row['ordinal'], reproduced: true, rejections: [] });
      expect(trace.origin).toMatchObject({ uri: row['source'], id: 'memory:in/a?version=1' });
      expect(trace.rows).toEqual([{ branch: '', key: row['uuid'], value: row }]);
      expect(trace.raw).toBe(`{"sku":"${sku}","amount":${amount}}`);
      const end = trace.byteOffset! + Buffer.byteLength(String(trace.raw));
      expect(bytes.subarray(trace.byteOffset, end).toString()).toBe(trace.raw);
      expect(text.split('\n')[trace.line! - 1]).toBe(trace.raw);
    }
  });

  it('every line leads to its rows, or to why it has none', async () => {
    const { prices, rows } = await setUp();
    const keysOf = async (line: number) =>
      (await traceLine({ feed: prices, ref: { name: 'in/a' }, line })).map((one) => [
        one.rows.map(({ key }) => key),
        one.rejections.map(({ stage, code }) => `${stage} ${code}`),
      ]);
    expect(await keysOf(1)).toEqual([[[rows[0]!['uuid']], []]]);
    expect(await keysOf(200)).toEqual([[[rows[199]!['uuid']], []]]);
    expect(await keysOf(201)).toEqual([[[], ['parseNdjson NDJSON_INVALID']]]);
    expect(await keysOf(202)).toEqual([]);
    expect(await keysOf(203)).toEqual([[[rows[200]!['uuid']], []]]);
    expect(await keysOf(503)).toEqual([[[], ['map TRANSFORM_THREW']]]);
    expect(await keysOf(603)).toEqual([[[rows[599]!['uuid']], []]]);
    expect(await keysOf(604)).toEqual([]);
  });

  it('reads no further than the record', async () => {
    const { source, prices, rows, ledger, chunks } = await setUp();
    const before = source.reads.length;
    await traceRow({ feed: prices, row: rows[3]!, ledger });
    const read = Math.max(...source.reads.slice(before).map(({ chunk }) => chunk));
    expect(read).toBeLessThan(chunks.length - 1);
    expect(source.unclosed()).toBe(0);
  });
});

describe('in a feed of archives that fans out', () => {
  const setUp = async () => {
    const archive = zipFile([
      { name: 'one.csv', data: 'sku,amounts\na,1|2|3\nb,4\n', method: 8 },
      { name: 'two.csv', data: 'sku,amounts\n"c\nd",5|6\ne,7\n', method: 8 },
    ]);
    const source = memorySource<Uint8Array>({ objects: { 'in/z.zip': [archive] } });
    const { rows, sink } = keeping();
    const prices = feed('prices')
      .from(source)
      .through(decompress({ formats: [zip()] }))
      .through(decodeText('utf-8'))
      .through(parseCsv<{ readonly sku: string; readonly amounts: string }>())
      .through(filter(({ sku }) => sku !== 'b'))
      .through(flatMap(({ sku, amounts }) => amounts.split('|').map((amount) => ({ sku, amount }))))
      .through(landingItem())
      .to(sink);
    const { ledger } = await land(prices, rows, { name: 'in/z.zip' });
    return { prices, rows, ledger };
  };

  it('a row leads to the entry of the archive, and names the other rows of its record', async () => {
    const { prices, rows, ledger } = await setUp();
    expect(rows.map(({ ordinal, branch }) => [ordinal, branch])).toEqual([
      [0, '0'],
      [0, '1'],
      [0, '2'],
      [2, '0'],
      [2, '1'],
      [3, '0'],
    ]);
    for (const row of rows) {
      const { part, ordinal, reproduced, rows: made } = await traceRow({ feed: prices, row, ledger });
      expect({ part, ordinal, reproduced }).toEqual({
        part: row['source_part'],
        ordinal: row['ordinal'],
        reproduced: true,
      });
      expect(made.map(({ key }) => key)).toEqual(
        rows.filter((one) => one['ordinal'] === row['ordinal']).map(({ uuid }) => uuid),
      );
    }
  });

  it('a line is that of one entry, or of each', async () => {
    const { prices } = await setUp();
    const at = async (line: number, part?: string) =>
      (await traceLine({ feed: prices, ref: { name: 'in/z.zip' }, line, ...(part && { part }) })).map((one) => [
        one.part,
        one.ordinal,
        one.rows.length,
      ]);
    expect(await at(2)).toEqual([
      ['one.csv', 0, 3],
      ['two.csv', 2, 2],
    ]);
    // The second line of a field in quotes; a record that a filter drops.
    expect(await at(3, 'two.csv')).toEqual([['two.csv', 2, 2]]);
    expect(await at(3, 'one.csv')).toEqual([['one.csv', 1, 0]]);
    expect(await at(1)).toEqual([]);
    expect(await at(2, 'three.csv')).toEqual([]);
  });
});

describe('a trace', () => {
  const setUp = async (texts: readonly string[], key?: (price: Price) => string) => {
    const source = memorySource<string>({ objects: { a: texts } });
    const { rows, sink } = keeping();
    const prices = feed('prices')
      .from(source)
      .through(parseNdjson<Price>())
      .through(map((price) => price))
      .through(landingItem(key === undefined ? {} : { key }))
      .to(sink);
    const { ledger } = await land(prices, rows, { name: 'a' });
    return { source, prices, rows, ledger };
  };

  it('says that the version of the row is gone', async () => {
    const { source, prices, rows, ledger } = await setUp([lines(3)]);
    source.put('a', [lines(5)]);
    await expect(traceRow({ feed: prices, row: rows[0]!, ledger })).rejects.toMatchObject({ code: 'MEMORY_CHANGED' });
    await expect(traceRow({ feed: prices, row: rows[0]!, ref: { name: 'a' } })).rejects.toMatchObject({
      code: 'TRACE_VERSION_GONE',
      details: { found: 'memory:a?version=2' },
    });
  });

  it('leads a row of a natural key to the record that it says, and tells whether it has that key still', async () => {
    const { prices, rows, ledger } = await setUp([lines(2)], ({ sku }) => sku);
    expect(await traceRow({ feed: prices, row: rows[1]!, ledger })).toMatchObject({ ordinal: 1, reproduced: true });
    const row = { ...rows[1]!, uuid: 'another' };
    expect(await traceRow({ feed: prices, row, ledger })).toMatchObject({ ordinal: 1, reproduced: false });
  });

  it('refuses what leads nowhere', async () => {
    const { prices, rows, ledger } = await setUp([lines(2)]);
    const row = rows[0]!;
    const codeOf = (own: object) =>
      traceRow({ feed: prices, row, ledger, ...own }).then(
        () => 'none',
        ({ code }: { readonly code: string }) => code,
      );
    expect(await codeOf({})).toBe('none');
    expect(await codeOf({ row: { ...row, ordinal: '1' } })).toBe('none');
    expect(await codeOf({ row: { ...row, ordinal: 9 } })).toBe('TRACE_RECORD_NOT_FOUND');
    expect(await codeOf({ row: { ...row, source_version: '0' } })).toBe('TRACE_VERSION_UNKNOWN');
    expect(await codeOf({ row: { ...row, feed: 'stock' } })).toBe('TRACE_ROW_INVALID');
    expect(await codeOf({ row: { ...row, ordinal: -1 } })).toBe('TRACE_ROW_INVALID');
    expect(await codeOf({ row: {} })).toBe('TRACE_ROW_INVALID');
    expect(await codeOf({ ledger: undefined })).toBe('TRACE_VERSION_UNKNOWN');
    expect(await codeOf({ ledger: undefined, ref: { name: 'none' } })).toBe('MEMORY_NOT_FOUND');
    expect(await codeOf({ rows: 1 })).toBe('OPTION_UNKNOWN');
    const signal = AbortSignal.abort(Object.assign(new Error('enough'), { code: 'ENOUGH' }));
    expect(await codeOf({ signal })).toBe('ENOUGH');
  });

  it('finds all records of a line, up to a limit, and says if a parser knows no lines', async () => {
    const source = memorySource<string>({ objects: { a: ['[{"sku":"a"},{"sku":"b"},\n{"sku":"c"}]'] } });
    const { sink } = keeping();
    const prices = feed('prices').from(source).through(parseJson()).through(landingItem()).to(sink);
    const found = async (own: object) =>
      (await traceLine({ feed: prices, ref: { name: 'a' }, line: 1, ...own })).map(({ ordinal }) => ordinal);
    expect(await found({})).toEqual([0, 1]);
    expect(await found({ limit: 1 })).toEqual([0]);
    expect(await found({ line: 2 })).toEqual([2]);
    const lineless = feed('words')
      .from(memorySource<string>({ objects: { a: ['x y'] } }))
      .through({ kind: 'parser' as const, name: 'words', start: () => ({ push: (text: string) => text.split(' ') }) })
      .to(sink);
    await expect(traceLine({ feed: lineless, ref: { name: 'a' }, line: 1 })).rejects.toMatchObject({
      code: 'TRACE_LINE_UNKNOWN',
    });
  });
});
