import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { feed, type Parser, type ReadableQuarantine, type Rejection } from '@millrace/core';
import { type Entry, rejectionToJson } from '@millrace/core/plugin';
import { memorySink, memorySource, quarantineCases } from '@millrace/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileQuarantine, fileSource } from '../src/index.ts';
import { fileUri } from '../src/file-ref.ts';

let root: string;
let places = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-file-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** A directory that is not there yet. */
function place(): string {
  return join(root, `${(places += 1)}`, 'quarantine');
}

function rejection(ordinal: number, more: Partial<Rejection> = {}): Rejection {
  const item = { id: 'file:///in.txt?1', uri: 'file:///in.txt' };
  return { feed: 'test', run: 'run', item, ordinal, branch: '', stage: 's', code: 'C', message: 'm', ...more };
}

function write(
  quarantine: ReadableQuarantine,
  ...rejections: readonly Rejection[]
): ReturnType<typeof quarantine.write> {
  const { signal } = new AbortController();
  const entries = rejections.map((value): Entry<Rejection> => ({ ...value, value, signal }));
  return quarantine.write(entries, { feed: 'test', run: 'run', stage: 'q', signal, count: () => {} });
}

async function read(quarantine: ReadableQuarantine): Promise<Rejection[]> {
  const found: Rejection[] = [];
  for await (const one of quarantine.rejections({ feed: 'test' })) found.push(one);
  return found;
}

const files = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted();

describe('fileQuarantine', () => {
  for (const { clause, name, run } of quarantineCases({ create: () => fileQuarantine({ directory: place() }) })) {
    it(`${name} (${clause})`, run);
  }

  it('keeps a batch as a file of lines, and settles by a marker beside it', async () => {
    const directory = place();
    const quarantine = fileQuarantine({ directory });
    await write(quarantine, rejection(12), rejection(7));
    const [batch, ...others] = await files(directory);
    expect(others).toEqual([]);
    expect(batch).toMatch(/^test\/[0-9a-f]{16}-[0-9a-f]{16}\/000000000007-[0-9a-f]{32}\.ndjson$/);
    const text = [rejection(7), rejection(12)].map((one) => `${rejectionToJson(one)}\n`).join('');
    expect(await readFile(join(directory, batch!), 'utf8')).toBe(text);
    await quarantine.settle([rejection(7)]);
    await quarantine.settle([rejection(7)]);
    expect(await files(directory)).toEqual([batch, expect.stringMatching(/\/settled\/[0-9a-f]{32}\.json$/)]);
  });

  it('knows its own files by their place, and no others; a run over their directory refuses them', async () => {
    const directory = place();
    const quarantine = fileQuarantine({ directory });
    await write(quarantine, rejection(0));
    await quarantine.settle([rejection(0)]);
    const other = fileQuarantine({ directory: place() });
    const own = (await files(directory)).map((name) => join(directory, name));
    const notes = join(directory, 'test', 'notes.ndjson');
    await writeFile(notes, '{}\n');
    for (const path of own) {
      expect(quarantine.holds?.(fileUri({ path }))).toBe(true);
      expect(other.holds?.(fileUri({ path }))).toBe(false);
    }
    for (const uri of [fileUri({ path: notes }), fileUri({ path: `${own[0]}.1.tmp` }), 's3://bucket/test', 'stdin:'])
      expect(quarantine.holds?.(uri)).toBe(false);

    const source = fileSource();
    const lines: Parser<Uint8Array, string> = {
      kind: 'parser',
      name: 'lines',
      start: () => ({ push: () => ['line'] }),
    };
    const { reports } = await feed('test')
      .from(source)
      .through(lines)
      .to(memorySink<string>())
      .run(source.list({ files: join(directory, '**', '*.*') }), { quarantine, onFailure: 'report' });
    const outcomes = Object.fromEntries(reports.map(({ ref, outcome, error }) => [ref, error?.code ?? outcome]));
    expect(outcomes).toEqual({
      ...Object.fromEntries(own.map((path) => [fileUri({ path }), 'QUARANTINE_LOOP'])),
      [fileUri({ path: notes })]: 'complete',
    });
  });

  it('leaves out what is not its own, an unfinished file among it', async () => {
    const directory = place();
    const quarantine = fileQuarantine({ directory });
    await write(quarantine, rejection(0));
    const [batch] = await files(directory);
    await writeFile(join(directory, `${batch}.1.tmp`), rejectionToJson(rejection(1)).slice(0, 20));
    await writeFile(join(directory, 'test', 'notes.txt'), 'x');
    await writeFile(join(directory, 'notes.txt'), 'x');
    expect(await read(quarantine)).toEqual([rejection(0)]);
  });

  it('fails the item where it cannot be written, and leaves nothing half-written', async () => {
    const directory = place();
    await write(fileQuarantine({ directory }), rejection(0));
    const lines: Parser<string, string> = {
      kind: 'parser',
      name: 'lines',
      start: ({ reject }) => ({ push: (raw) => [reject({ code: 'C', message: 'm', raw })] }),
    };
    const source = memorySource<string>({ objects: { a: ['bad'] } });
    const inTheWay = fileQuarantine({ directory: join(directory, (await files(directory))[0]!) });
    const report = await feed('test')
      .from(source)
      .through(lines)
      .to(memorySink<string>())
      .run(source.refs(), { quarantine: inTheWay, onFailure: 'report' });
    expect(report.reports[0]).toMatchObject({
      outcome: 'failed',
      rejected: 0,
      watermark: 0,
      error: { code: 'FILE_QUARANTINE_WRITE_FAILED', stage: 'quarantine:file', details: { reason: 'ENOTDIR' } },
    });
    expect(await files(directory)).toHaveLength(1);
  });

  it('removes a file that it could not move to its place', async () => {
    const directory = place();
    const quarantine = fileQuarantine({ directory });
    await write(quarantine, rejection(0));
    const [batch] = await files(directory);
    const path = join(directory, batch!);
    await rm(path);
    await write(fileQuarantine({ directory: path }), rejection(5));
    await expect(write(quarantine, rejection(0))).rejects.toMatchObject({ code: 'FILE_QUARANTINE_WRITE_FAILED' });
    expect((await files(directory)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('tells what it could not read', async () => {
    const directory = place();
    const quarantine = fileQuarantine({ directory });
    await write(quarantine, rejection(0));
    const [batch] = await files(directory);
    const path = join(directory, batch!);
    await rm(path);
    await write(fileQuarantine({ directory: path }), rejection(5));
    await expect(read(quarantine)).rejects.toMatchObject({
      code: 'FILE_QUARANTINE_READ_FAILED',
      details: { path, reason: 'EISDIR' },
    });
  });

  it('writes nothing after its signal', async () => {
    const directory = place();
    const signal = AbortSignal.abort(new Error('over'));
    const entry = { ...rejection(0), value: rejection(0), signal };
    const context = { feed: 'test', run: 'run', stage: 'q', signal, count: () => {} };
    await expect(fileQuarantine({ directory }).write([entry], context)).rejects.toBe(signal.reason);
    await expect(readdir(directory)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is refused with options that it does not know', () => {
    expect(() => fileQuarantine({ directory: '' })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => fileQuarantine({ path: 'x' } as never)).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  });
});
