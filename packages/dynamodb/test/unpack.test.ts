import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { NumberValue } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { isMillraceError } from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { landingItem, type PackOptions } from '../src/index.ts';
import { packing } from '../src/pack/pack-options.ts';
import { packedSink } from '../src/pack/packed-sink.ts';
import { isPack } from '../src/unpack.ts';
import { itemStore } from './support/item-store.ts';
import { landedEntries, sinkContext } from './support/land.ts';
import { unpacked } from './support/unpacked.ts';
import { recordContext } from './support/write.ts';

type Item = Readonly<Record<string, unknown>>;
const KEYS = { partitionKey: 'uuid', sortKey: undefined, allowUnsafe: false };

/** Alike, with gaps, two branches, and values that JSON has no word for. */
function entries() {
  const values = Array.from({ length: 20 }, (_, n) => ({
    n,
    name: `größe ${n}\n\t"😀"`,
    price: n % 3 === 0 ? null : n / 8,
    ...(n % 5 === 0 && { extra: { $oid: 'abc', list: [n, '', true] } }),
    ...(n === 7 && { raw: new Uint8Array([0, 255]), tags: new Set(['b', 'a']), id: 2n ** 70n, one: { $N: 'no' } }),
  }));
  const landing = landingItem<unknown>();
  const branches = ['0', '1'].map((branch) => {
    const context = recordContext(20, branch);
    return { ...context, value: landing.apply({ n: 20, name: branch, price: 1 }, context) as never };
  });
  return [...landedEntries(values).filter((_, n) => n !== 4 && n !== 11), ...branches];
}

async function packOf(pack: PackOptions = {}): Promise<{ item: Item; expected: readonly unknown[] }> {
  const store = itemStore();
  const landed = entries();
  await packedSink(store.sink, KEYS, packing(pack, KEYS)).write(landed, sinkContext);
  return { item: [...store.items.values()][0]!, expected: landed.map(({ value }) => value) };
}

const read = (item: object, options = {}): Promise<unknown> => unpacked([item], options);
const codeOf = (item: object): Promise<unknown> =>
  read(item).then(
    () => 'fine',
    (error: unknown) => (isMillraceError(error) ? error.code : error),
  );

afterEach(() => vi.restoreAllMocks());

describe('unpack', () => {
  it('takes plain items and attribute values, binary as bytes or base64, numbers in any form', async () => {
    const { item, expected } = await packOf();
    const low = marshall(item);
    expect(isPack(item)).toBe(true);
    expect(isPack(low)).toBe(true);
    expect(await read(item)).toEqual(expected);
    expect(await read(low)).toEqual(expected);
    expect(await read(unmarshall(low, { wrapNumbers: (text) => NumberValue.from(text) }))).toEqual(expected);
    const json = { ...low, records: { B: Buffer.from(item['records'] as Uint8Array).toString('base64') } };
    expect(await read(json)).toEqual(expected);
  });

  it('gives an item that is no pack as the one record that it is', async () => {
    const [{ value }] = landedEntries([
      { n: 1, tags: new Set(['a']), none: null, list: [1, { b: true }] },
    ]) as unknown as [{ value: Item }];
    expect(isPack(value)).toBe(false);
    expect(await read(value)).toEqual([value]);
    expect(await read(marshall(value))).toEqual([value]);
    const huge = `${2n ** 70n}`;
    expect(await read({ uuid: { S: 'u' }, n: { NS: ['1', huge] }, b: { BS: ['AQ=='] }, id: { N: huge } })).toEqual([
      { uuid: 'u', n: new Set([1, 2n ** 70n]), b: new Set([Uint8Array.of(1)]), id: 2n ** 70n },
    ]);
  });

  it('works without Node, where the platform inflates', async () => {
    const { item, expected } = await packOf();
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    expect(await read(item)).toEqual(expected);
    const records = (item['records'] as Uint8Array).slice(0, -4);
    expect(await codeOf({ ...item, records })).toBe('UNPACK_DAMAGED');
    const zstd = await packOf({ compress: 'zstd' });
    expect(await codeOf(zstd.item)).toBe('UNPACK_ENCODING_UNSUPPORTED');
    vi.restoreAllMocks();
    expect(await read(zstd.item)).toEqual(expected);
    const { zstdDecompressSync } = await import('node:zlib');
    const decompress = vi.fn((bytes: Uint8Array) => zstdDecompressSync(bytes));
    expect(await read(zstd.item, { decompress })).toEqual(expected);
    expect(decompress.mock.calls[0]?.[1 as 0]).toBe('zstd');
  });

  it('does not inflate without end, in Node or without', async () => {
    const { deflateRawSync } = await import('node:zlib');
    const { item } = await packOf();
    const bomb = { ...item, records: deflateRawSync(Buffer.alloc(5_000_000)) };
    expect(await codeOf(bomb)).toBe('UNPACK_DAMAGED');
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    expect(await codeOf(bomb)).toBe('UNPACK_DAMAGED');
  });

  it('refuses what it does not know, and what is damaged', async () => {
    const { item } = await packOf({ compress: 'none' });
    const text = Buffer.from(item['records'] as Uint8Array).toString();
    const changed = (records: string): object => ({ ...item, records: Buffer.from(records) });
    expect(await codeOf({ ...item, pack: 2 })).toBe('UNPACK_VERSION_UNKNOWN');
    expect(await codeOf({ ...item, encoding: 'lzma' })).toBe('UNPACK_ENCODING_UNSUPPORTED');
    expect(await codeOf({ ...item, count: 5 })).toBe('UNPACK_DAMAGED');
    expect(await codeOf({ ...item, records: 7 })).toBe('UNPACK_DAMAGED');
    expect(await codeOf(changed(text.slice(0, -1)))).toBe('UNPACK_DAMAGED');
    expect(await codeOf(changed('["a","b"]\n[1]'))).toBe('UNPACK_DAMAGED');
    expect(await codeOf({ ...item, records: Buffer.from([0xff]) })).toBe('UNPACK_DAMAGED');
    expect(await codeOf({ ...item, records: Buffer.from([0xff]), encoding: 'deflate-raw' })).toBe('UNPACK_DAMAGED');
  });

  it('imports nothing but files of its own, which use nothing of Node but what they ask for', () => {
    const seen = new Map<string, string>();
    const visit = (file: URL): void => {
      if (seen.has(file.href)) return;
      const code = readFileSync(file, 'utf8');
      seen.set(file.href, code);
      for (const [, specifier = ''] of code.matchAll(/^import (?!type ).* from '(.*)';$/gm)) {
        if (!specifier.startsWith('@millrace/core')) visit(new URL(specifier, file));
      }
    };
    visit(new URL('../src/unpack.ts', import.meta.url));
    expect(seen.size).toBeGreaterThan(5);
    for (const code of seen.values()) expect(code).not.toMatch(/\bBuffer\b|from 'node:/);
  });
});

describe('the reader in Python that the documentation shows', () => {
  const python = spawnSync('python3', ['--version']).status === 0;

  it.runIf(python)('gives the same records', async () => {
    const page = readFileSync(new URL('../../../docs/packed-layout.md', import.meta.url), 'utf8');
    const [, reader = ''] = /```python\n(.*?)```/s.exec(page)!;
    const shown = `
import sys
def show(o):
    if isinstance(o, bytes): return {"hex": o.hex()}
    if isinstance(o, set): return sorted(o)
    return str(o)
for record in unpack(json.load(sys.stdin)): print(json.dumps(record, default=show))
`;
    for (const compress of ['deflate-raw', 'none'] as const) {
      const { item, expected } = await packOf({ compress });
      const records = { B: Buffer.from(item['records'] as Uint8Array).toString('base64') };
      const printed = execFileSync('python3', ['-c', reader + shown], {
        input: JSON.stringify({ ...marshall(item), records }),
        encoding: 'utf8',
      });
      const lines = printed.trim().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(expected.map(asPythonShows));
    }
  });
});

function asPythonShows(record: unknown): unknown {
  const { branch, ...others } = JSON.parse(
    JSON.stringify(record, (_, value: unknown) => {
      if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString('hex') };
      if (value instanceof Set) return [...value].toSorted();
      return typeof value === 'bigint' ? `${value}` : value;
    }),
  ) as Record<string, unknown>;
  void branch;
  return others;
}
