import { gunzipSync, gzipSync } from 'node:zlib';
import { type Encoder, MillraceError } from '@millrace/core';
import { type Context, type Entry, partSink, type PartSinkOptions, type PartStore } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';

const { signal } = new AbortController();
const ITEM = { id: 'memory:a?1', uri: 'memory:a' };
const context = (more: Partial<Context> = {}): Context => {
  return { feed: 'prices', run: 'run', stage: 'memory', signal, count: () => {}, ...more };
};
const entriesOf = <T>(values: readonly T[], feed = 'prices'): readonly Entry<T>[] =>
  values.map((value, ordinal) => ({ value, ordinal, branch: '', item: ITEM, feed, run: 'run', signal }));

interface Stored {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** A store in memory, and how many chunks were asked for. */
function memoryStore(more: Partial<PartStore> = {}) {
  const stored = new Map<string, Stored>();
  const store: PartStore = {
    name: 'memory',
    partPrefix: ({ feed, digest }, partition) => `${feed}/${partition}${digest}/`,
    manifestPrefix: ({ feed, digest }) => `${feed}/_manifests/${digest}/`,
    write: async (key, { contentType, chunks }) => {
      const all: Uint8Array[] = [];
      for await (const chunk of chunks) all.push(chunk);
      const bytes = Buffer.concat(all);
      stored.set(key, { contentType, bytes });
      return bytes.length;
    },
    read: async (key) => stored.get(key)?.bytes.toString(),
    remove: async (key) => void stored.delete(key),
    list: async (prefix) => [...stored.keys()].filter((key) => key.startsWith(prefix)),
    ...more,
  };
  const parts = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      [...stored]
        .filter(([key]) => !key.includes('_manifests'))
        .map(([key, { bytes }]) => [
          key.replace(/[0-9a-f]{32}/, '*'),
          (key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString(),
        ]),
    );
  return { store, stored, parts };
}

const array: Encoder<unknown> = {
  kind: 'encoder',
  name: 'array',
  extension: '.json',
  contentType: 'application/json',
  header: '[',
  separator: ',',
  footer: ']',
  encode: (value) => JSON.stringify(value),
};

function sinkOf(options: Partial<PartSinkOptions<unknown>> = {}, more: Partial<PartStore> = {}) {
  const memory = memoryStore(more);
  return { ...memory, sink: partSink<unknown>(memory.store, { recordsPerPart: 4, ...options }) };
}

describe('parts', () => {
  it('have header, separators and footer, and are cut where they would be too large with them', async () => {
    const { sink, parts } = sinkOf({ encode: array, maxPartBytes: 5, recordsPerPart: 10 });
    await sink.write(entriesOf([1, 2, 3, 44444]), context());
    expect(parts()).toEqual({
      'prices/*/000000000000-0.json': '[1,2]',
      'prices/*/000000000000-1.json': '[3]',
      'prices/*/000000000000-2.json': '[44444]',
    });
  });

  it('are cut by bytes of UTF-8, however long a text is', async () => {
    const text = '😀é'.repeat(10_000);
    const bytes = Buffer.byteLength(text);
    const one = { ...array, header: '', footer: '', encode: (value: unknown) => value as string };
    for (const [maxPartBytes, count] of [
      [2 * bytes + 1, 1],
      [2 * bytes, 2],
    ] as const) {
      const { sink, parts } = sinkOf({ encode: one, maxPartBytes });
      await sink.write(entriesOf([text, text]), context());
      expect(Object.keys(parts())).toHaveLength(count);
    }
    const { sink } = sinkOf({ encode: one, maxRecordBytes: bytes - 1 });
    expect(await sink.write(entriesOf([text]), context())).toMatchObject([
      { position: 0, code: 'PART_RECORD_TOO_LARGE', details: { bytes, maxRecordBytes: bytes - 1 } },
    ]);
  });

  it('of paths that differ in capitals alone never take the place of each other', async () => {
    const { sink, parts } = sinkOf({ partition: (value) => ({ p: value as string }) });
    await sink.write(entriesOf(['x', 'X', 'y']), context());
    const keys = Object.keys(parts());
    expect(keys.map((key) => key.slice(-8))).toEqual(['0.ndjson', '1.ndjson', '0.ndjson']);
    expect(new Set(keys.map((key) => key.toLowerCase())).size).toBe(3);
  });

  it('are compressed as gzip does, and say so', async () => {
    const { sink, stored } = sinkOf({ compress: 'gzip', recordsPerPart: 50_000 });
    const values = Array.from({ length: 30_000 }, (_, n) => ({ n, text: `text ${n % 97}` }));
    await sink.write(entriesOf(values), context());
    const [[key, { bytes, contentType }]] = [...stored] as [[string, Stored]];
    const whole = values.map((value) => `${JSON.stringify(value)}\n`).join('');
    expect([key.slice(-10), contentType]).toEqual(['.ndjson.gz', 'application/gzip']);
    expect(bytes.equals(gzipSync(whole))).toBe(true);
  });

  it('are the same at every delivery, with a manifest, and keep feeds apart', async () => {
    const { sink, stored } = sinkOf({ encode: array });
    await sink.write(entriesOf([1, 2]), context());
    const first = new Map(stored);
    await sink.write(entriesOf([1, 2]), context());
    expect(stored).toEqual(first);
    const manifest = [...stored].find(([key]) => key.includes('_manifests'))!;
    expect(JSON.parse(manifest[1].bytes.toString())).toMatchObject({
      feed: 'prices',
      item: ITEM,
      positions: '0-1',
      parts: [{ records: 2, size: 5 }],
    });
    await sink.write(entriesOf([1, 2], 'Prices'), context());
    expect(stored.size).toBe(4);
  });
});

describe('a record is refused, and the others are written', () => {
  it.each<[string, Partial<PartSinkOptions<unknown>>, unknown]>([
    ['ENCODER_THREW', { encode: { ...array, encode: (value) => (value as { a: { b: string } }).a.b } }, 'canary'],
    [
      'ENCODER_OUTPUT_INVALID',
      { encode: { ...array, encode: (value) => (value === 'canary' ? '\ud800' : '1') } },
      'canary',
    ],
    ['ENCODER_OUTPUT_INVALID', { encode: { ...array, encode: () => 5 as unknown as string } }, 'canary'],
    ['JSON_VALUE_UNSUPPORTED', {}, new Map([['canary', 1]])],
    ['PARTITION_INVALID', { partition: () => ({ a: ['canary'] as unknown as string }) }, 'x'],
  ])('%s', async (code, options, value) => {
    const { sink } = sinkOf(options);
    const [refusal] = (await sink.write(entriesOf([value]), context())) ?? [];
    expect(refusal).toMatchObject({ position: 0, code });
    const { content: _, ...details } = refusal!.details ?? {};
    expect(JSON.stringify([refusal!.message, details])).not.toContain('canary');
  });

  it('if the store cannot take its path', async () => {
    const prefixProblem = (prefix: string) => (prefix.includes('p=long') ? 'is too long' : undefined);
    const { sink, parts } = sinkOf({ partition: (value) => ({ p: value as string }) }, { prefixProblem });
    const refusals = await sink.write(entriesOf(['long', 'x', 'long']), context());
    expect(refusals).toMatchObject([
      { position: 0, code: 'PARTITION_INVALID' },
      { position: 2, code: 'PARTITION_INVALID' },
    ]);
    expect(Object.values(parts())).toEqual(['"x"\n']);
  });
});

describe('a write', () => {
  it('sends nothing once the lease is over', async () => {
    const { sink, stored } = sinkOf();
    await expect(sink.write(entriesOf([1]), context({ timeLeftMs: () => 0 }))).rejects.toMatchObject({
      code: 'LEDGER_LEASE_LOST',
      retryable: true,
    });
    expect(stored.size).toBe(0);
  });

  it.each(['gzip', 'none'] as const)('stops between chunks once the signal fires: %s', async (compress) => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const { sink } = sinkOf(
      { compress, encode: { ...array, encode: (value) => `${String(value)}${'x'.repeat(100_000)}` } },
      {
        write: async (_key, { chunks }) => {
          stop.abort(reason);
          for await (const _ of chunks);
          return 0;
        },
      },
    );
    await expect(sink.write(entriesOf([1, 2, 3]), context({ signal: stop.signal }))).rejects.toBe(reason);
  });

  it('rejects with what the store rejects with, after the parts that it has begun', async () => {
    const failure = new MillraceError('NO_ROOM', 'There is no room.', { retryable: true });
    let begun = 0;
    const { sink } = sinkOf(
      { partition: (value) => ({ p: value as number }), recordsPerPart: 100 },
      {
        write: async () => {
          begun += 1;
          throw failure;
        },
      },
    );
    await expect(sink.write(entriesOf(Array.from({ length: 50 }, (_, n) => n)), context())).rejects.toBe(failure);
    expect(begun).toBe(4);
  });
});

describe('a replay', () => {
  it('has a part of its own until its group is written again, wherever it goes by then', async () => {
    let where = 'a';
    const { sink, stored, parts } = sinkOf({ partition: () => ({ p: where }) });
    const [first, second] = entriesOf([1, 2]);
    await sink.write([first!], context());
    await sink.writeSingly!([second!], context());
    expect(Object.keys(parts()).at(-1)).toBe('prices/p=a/*/000000000000+1.ndjson');
    where = 'b';
    await sink.writeSingly!([second!], context());
    expect(Object.keys(parts()).filter((key) => key.includes('+'))).toEqual(['prices/p=b/*/000000000000+1.ndjson']);
    where = 'a';
    await sink.write([first!, second!], context());
    await sink.writeSingly!([second!], context());
    expect([...stored.keys()].filter((key) => key.includes('+'))).toEqual([]);
    expect(parts()).toEqual({ 'prices/p=a/*/000000000000-0.ndjson': '1\n2\n' });
  });

  it('does not remove what a note of something else names', async () => {
    const { sink, stored } = sinkOf();
    const [first] = entriesOf([1]);
    await sink.writeSingly!([first!], context());
    const note = [...stored.keys()].find((key) => key.includes('_manifests'))!;
    stored.set(note, { contentType: 'text/plain', bytes: Buffer.from('other/file') });
    await expect(sink.write([first!], context())).rejects.toMatchObject({
      code: 'PART_MANIFEST_INVALID',
      details: { key: note },
    });
  });
});

it('options are checked', () => {
  const { store } = memoryStore();
  const loose = partSink as (store: PartStore, options: object) => unknown;
  for (const wrong of [
    { recordsPerPart: 1 },
    { encode: { ...array, extension: '/x' } },
    { encode: () => '' },
    { compress: 'zip' },
  ]) {
    expect(() => loose(store, { recordsPerPart: 4, ...wrong })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  }
  expect(() => loose(store, { recordsPerPart: 4, gzip: true })).toThrow(
    expect.objectContaining({ code: 'OPTION_UNKNOWN' }),
  );
});
