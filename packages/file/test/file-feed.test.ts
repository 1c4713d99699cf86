import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { decimal, feed, map, MillraceError, replay } from '@millrace/core';
import type { Context } from '@millrace/core/plugin';
import { decodeText } from '@millrace/encoding';
import { parseNdjson } from '@millrace/formats';
import { gunzip } from '@millrace/gzip';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileQuarantine, type FileRef, fileSink, fileSource } from '../src/index.ts';

let root: string;
let places = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-file-feed-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function place(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const directory = join(root, `${(places += 1)}`);
  await mkdir(join(directory, 'more'), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  return directory;
}

const context = (signal = new AbortController().signal): Context => {
  return { feed: 'test', run: 'run', stage: 'file', signal, count: () => {} };
};

async function listed(query: Parameters<ReturnType<typeof fileSource>['list']>[0]): Promise<readonly FileRef[]> {
  const refs: FileRef[] = [];
  for await (const ref of fileSource().list(query)) refs.push(ref);
  return refs;
}

async function linesBelow(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory, { recursive: true })).filter((name) => /\.ndjson(\.gz)?$/.test(name));
  const contents = await Promise.all(names.toSorted().map((name) => readFile(join(directory, name))));
  return contents.flatMap((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString().trimEnd().split('\n'));
}

it('a feed runs from file to file, and a bad record is replayed into place', async () => {
  const lines = Array.from({ length: 25 }, (_, n) => (n === 7 ? '{"n":"7x"}' : `{"n":"${n}"}`)).join('\n');
  const directory = await place({ 'a.ndjson.gz': gzipSync(lines), 'b.ndjson.gz': gzipSync('{"n":"100"}\n') });
  const quarantine = fileQuarantine({ directory: join(directory, 'bad') });
  const out = join(directory, 'out');
  const source = fileSource();
  const numbers = (parse: (text: string) => number) =>
    feed('numbers')
      .from(source)
      .through(gunzip())
      .through(decodeText('utf-8'))
      .through(parseNdjson<{ readonly n: string }>())
      .through(
        map(({ n }) => {
          const number = parse(n);
          if (Number.isNaN(number)) throw new MillraceError('NO_NUMBER', `${n} is no number.`);
          return { n: number };
        }),
      )
      .to(fileSink({ directory: out, gzip: true, recordsPerFile: 10 }));
  const run = () => numbers(Number).run(source.list({ files: '*.gz', cwd: directory }), { quarantine });
  const first = await run();
  expect(first.totals).toMatchObject({ read: 26, written: 25, rejected: 1 });
  await run();
  expect((await linesBelow(out)).length).toBe(25);

  const mended = await replay(numbers(Number.parseInt), quarantine.rejections({ feed: 'numbers' }), {
    settled: quarantine.settle,
  });
  expect(mended).toMatchObject({ tried: 1, delivered: 1 });
  const values = (await linesBelow(out)).map((line) => (JSON.parse(line) as { readonly n: number }).n);
  expect(values.toSorted((a, b) => a - b)).toEqual([...Array.from({ length: 25 }, (_, n) => n), 100]);
});

it('two feeds whose names differ only in capitals write to other files, on every file system', async () => {
  const directory = await place({ 'a.ndjson': '{"a":1}\n' });
  const out = join(directory, 'out');
  const source = fileSource();
  for (const name of ['prices', 'Prices']) {
    const prices = feed(name)
      .from(source)
      .through(decodeText('utf-8'))
      .through(parseNdjson<{ readonly a: number }>())
      .to(fileSink({ directory: out }));
    await prices.run([{ path: join(directory, 'a.ndjson') }]);
  }
  const written = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.ndjson'));
  expect(new Set(written.map((name) => name.toLowerCase())).size).toBe(2);
});

it('standard input is carried once', async () => {
  const out = await place();
  const source = fileSource({
    standardInput: (async function* () {
      yield '{"a":1}\n';
      yield Buffer.from('{"a":2}\n');
    })(),
  });
  const input = feed('input')
    .from(source)
    .through(decodeText('utf-8'))
    .through(parseNdjson<{ readonly a: number }>())
    .to(fileSink({ directory: out }));
  const report = await input.run(source.list({ files: '-' }));
  expect(report.reports[0]).toMatchObject({ ref: 'stdin:', outcome: 'complete', written: 2, bytesIn: 16 });
  expect(report.reports[0]?.origin?.id).toMatch(/^stdin:\?sha256=[0-9a-f]{64}$/);
  expect(await linesBelow(out)).toEqual(['{"a":1}', '{"a":2}']);
  await expect(input.run([{ path: '-' }])).rejects.toMatchObject({ cause: { code: 'FILE_STDIN_CONSUMED' } });
});

it('standard input that does not come is not waited for after the signal', async () => {
  const standardInput = (async function* () {
    await new Promise(() => {});
    yield '';
  })();
  const controller = new AbortController();
  const opening = fileSource({ standardInput }).open({ path: '-' }, context(controller.signal));
  setImmediate(() => controller.abort(new Error('stopped')));
  await expect(opening).rejects.toThrow('stopped');
});

it('a listing names files, each once, in order, and tells what is not there', async () => {
  const directory = await place({ 'b.txt': 'b', 'a.txt': 'a', '[c].txt': 'c', 'more/d.txt': 'd' });
  const names = async (files: string | readonly string[]) =>
    (await listed({ files, cwd: directory })).map(({ path }) => path.slice(directory.length + 1));
  expect(await names('*.txt')).toEqual(['[c].txt', 'a.txt', 'b.txt']);
  expect(await names(['b.txt', '**/*.txt', 'a.txt'])).toEqual(['b.txt', '[c].txt', 'a.txt', 'more/d.txt']);
  expect(await names('[c].txt')).toEqual(['[c].txt']);
  expect(await names('*.csv')).toEqual([]);
  expect((await listed({ files: 'a.txt', cwd: directory }))[0]).toMatchObject({
    size: 1,
    modifiedMs: expect.any(Number),
  });
  await expect(listed({ files: 'none.txt', cwd: directory })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  await symlink('loop', join(directory, 'loop'));
  await expect(listed({ files: 'loop', cwd: directory })).rejects.toMatchObject({ code: 'FILE_READ_FAILED' });
  expect(() => fileSource().list({ path: 'a' } as never)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
});

it('a listing chooses by time, size and share', async () => {
  const sizes = { a: 0, b: 10, c: 100, d: 1000 };
  const directory = await place(
    Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, 'x'.repeat(size)])),
  );
  for (const [index, name] of Object.keys(sizes).entries()) {
    const at = new Date(Date.UTC(2026, 10, 25 + index));
    await utimes(join(directory, name), at, at);
  }
  const names = async (query: object): Promise<string> =>
    (await listed({ files: ['?', '-'], cwd: directory, ...query })).map(({ path }) => path.at(-1)).join('');
  expect(await names({ since: new Date('2026-11-26') })).toBe('bcd-');
  expect(await names({ until: new Date('2026-11-26') })).toBe('a-');
  expect(await names({ since: new Date('2026-11-26'), until: new Date('2026-11-28') })).toBe('bc-');
  expect(await names({ minSize: 10, maxSize: 100 })).toBe('bc-');
  const shares = await Promise.all(['1/2', '2/2'].map((share) => names({ share })));
  expect(shares.join('').split('').toSorted().join('')).toBe('-abcd');
  expect(await names({ share: '1/2' })).toBe(shares[0]);
  for (const wrong of [{ since: 1 }, { maxSize: -1 }, { share: '3/2' }]) {
    expect(() => fileSource().list({ files: 'a', ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  }
});

it('a file is told by place and content, not by time; a listing pins time and size', async () => {
  const directory = await place({ 'a b.txt': 'a' });
  const path = join(directory, 'a b.txt');
  const [pinned] = await listed({ files: path });
  const source = fileSource();
  const idOf = async (ref: FileRef): Promise<string> => {
    const item = await source.open(ref, context());
    await item.close?.();
    return item.origin.id;
  };
  const id = await idOf(pinned!);
  expect(id).toBe(
    `${pathToFileURL(path).href}?sha256=ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb`,
  );
  await utimes(path, 1, 1);
  expect(await idOf({ path })).toBe(id);
  await expect(idOf(pinned!)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  expect([source.versionTag?.({ path }), source.versionTag?.(pinned!)]).toEqual([undefined, `1-${pinned!.modifiedMs}`]);
  await expect(idOf({ path: directory })).rejects.toMatchObject({ code: 'FILE_READ_FAILED' });
});

it('a file that is changed in place while it is read fails', async () => {
  const path = join(await place({ a: 'one' }), 'a');
  const item = await fileSource().open({ path }, context());
  await writeFile(path, 'two');
  const read = async () => {
    for await (const _ of item.chunks({ ...context(), item: item.origin, note: () => {} }));
  };
  await expect(read()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  await item.close?.();
});

it('what cannot be written fails the write, and leaves nothing half-written', async () => {
  const directory = join(await place({ file: '' }), 'file');
  const item = { id: 'a', uri: 'a' };
  const entry = { value: {}, ordinal: 0, branch: '', item, ...context() };
  const writing = fileSink({ directory }).write([entry], context());
  await expect(writing).rejects.toMatchObject({ code: 'FILE_SINK_WRITE_FAILED', details: { reason: 'ENOTDIR' } });
});

it('what JSON cannot hold is refused, and nothing else', async () => {
  const directory = await place();
  const sink = fileSink<unknown>({ directory });
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const bad = [
    Number.NaN,
    undefined,
    circle,
    { a: new Map([['canary', 1]]) },
    new Set(['canary']),
    Buffer.from('canary'),
  ];
  const fine = [2n ** 64n, decimal('0.10'), { at: new Date(0) }, null];
  const entries = [...bad, ...fine].map((value, ordinal) => {
    return { value, ordinal, branch: '', item: { id: 'a', uri: 'a' }, ...context() };
  });
  const refusals = (await sink.write(entries, context())) ?? [];
  expect(refusals.map(({ position, code }) => [position, code])).toEqual(
    bad.map((_, at) => [at, 'JSON_VALUE_UNSUPPORTED']),
  );
  expect(JSON.stringify(refusals)).not.toContain('canary');
  const [path] = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.ndjson'));
  expect(await readFile(join(directory, path!), 'utf8')).toBe(
    '18446744073709551616\n0.10\n{"at":"1970-01-01T00:00:00.000Z"}\nnull\n',
  );
});
