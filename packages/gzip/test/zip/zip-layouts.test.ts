import { zstdCompressSync } from 'node:zlib';
import { isMillraceError, type ItemContext } from '@millrace/core';
import { isPart } from '@millrace/core/plugin';
import { describe, expect, it, vi } from 'vitest';
import { decompress } from '../../src/index.ts';
import { zip } from '../../src/zip.ts';
import { bzip2Samples } from '../bzip2/bzip2-samples.ts';
import { cut, records } from '../gzip-file.ts';
import { unzipped } from './drive-zip.ts';
import { type ZipFile, zipFile } from './zip-file.ts';

const TEXT = records(40);
const A: ZipFile = { name: 'a.csv', data: TEXT };
const B: ZipFile = { name: 'dir/b.csv', data: 'b\n', method: 0 };
const BOTH = [
  ['a.csv', TEXT],
  ['dir/b.csv', 'b\n'],
] as const;

/** What came out under each name before the archive failed, if it did, and the error's code. */
async function before(
  file: Uint8Array,
): Promise<{ readonly code: string; readonly files: Readonly<Record<string, string>> }> {
  const files: Record<string, string> = {};
  const context = { item: { id: 'a', uri: 'a' }, count: () => {}, note: () => {} } as unknown as ItemContext;
  const stage = decompress({ formats: [zip()], expect: 'zip' }).start(context);
  let name = '';
  const take = async (outputs: ReturnType<typeof stage.push>): Promise<void> => {
    for await (const output of outputs) {
      if (isPart(output)) files[(name = output.name)] = '';
      else files[name] += Buffer.from(output).toString('latin1');
    }
  };
  try {
    await take(stage.push(file));
    await take(stage.end?.() ?? []);
    return { code: 'OK', files };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return { code: error.code, files };
  } finally {
    await stage.close?.();
  }
}

describe('files that are stored without their length in front', { timeout: 60_000 }, () => {
  it.each(['signed', 'bare', 'signed64', 'bare64'] as const)(
    'end where their descriptor is: %s',
    async (descriptor) => {
      const stored = { method: 0, descriptor };
      const files: readonly ZipFile[] = [
        { name: 'a', data: 'A'.repeat(300), ...stored },
        { name: 'empty', data: '', ...stored },
        // What seems to be a descriptor, but of another length.
        { name: 'b', data: `PK\x07\x08${'\0'.repeat(40)}${'B'.repeat(100)}`, ...stored },
        { name: 'zeros', data: '\0'.repeat(100), ...stored },
        { name: 'c', data: 'C'.repeat(300_000), ...stored },
      ];
      for (const size of [1000, 400_000]) {
        expect((await unzipped(cut(zipFile(files), size))).files).toEqual(files.map(({ name, data }) => [name, data]));
      }
    },
  );

  it.each(['signed', 'bare', 'signed64', 'bare64'] as const)(
    'never give what is of another file, wherever a byte is wrong: %s',
    async (descriptor) => {
      const file = zipFile([
        { name: 'a', data: 'A'.repeat(513), method: 0, descriptor },
        { name: 'b', data: 'B'.repeat(600), method: 0, descriptor },
        { name: 'c', data: 'C'.repeat(30), method: 0, descriptor },
      ]);
      for (let at = 0; at < file.length; at += 1) {
        const damaged = Buffer.from(file);
        damaged[at]! ^= 0x11;
        const { code, files } = await before(damaged);
        for (const [index, content] of Object.values(files).entries()) {
          // A descriptor that is damaged may be taken for data, and have one of the letters in it.
          const others = [/BB|CC/, /AA|CC/, /AA|BB/][index]!;
          expect(content, `byte ${at}: ${code}`).not.toMatch(others);
        }
      }
    },
  );

  it('may be archives themselves, if their names say so', async () => {
    const inner = zipFile([
      { name: 'x', data: 'X' },
      { name: 'y', data: 'Y', method: 0 },
    ]);
    const stored = { data: inner, method: 0, descriptor: 'signed' } as const;
    expect((await unzipped([zipFile([{ name: 'in.ZIP', ...stored }, A])])).files).toEqual([
      ['in.ZIP/x', 'X'],
      ['in.ZIP/y', 'Y'],
      ['a.csv', TEXT],
    ]);
    expect((await unzipped([zipFile([{ name: 'in', ...stored }, A])])).code).toBe('ZIP_LENGTH_UNKNOWN');
  });

  it('fail if another file begins in them', async () => {
    const file = zipFile([
      { name: 'a', data: `${'A'.repeat(600)}PK\x03\x04${'B'.repeat(30)}`, method: 0, descriptor: 'bare' },
      A,
    ]);
    const { code, files } = await before(file);
    expect([code, files]).toEqual(['ZIP_LENGTH_UNKNOWN', { a: 'A'.repeat(600) }]);
  });
});

describe('bytes before an archive', () => {
  const program = Buffer.concat([
    Buffer.from('MZ\x90\0\x03\0\0\0'),
    Buffer.alloc(70_000, 'code PK\x03\x04\xff'),
    Buffer.from('PK\x03'),
  ]);
  const prefixes: readonly (readonly [string, Buffer])[] = [
    ['a short text', Buffer.from('MZ a small program\n')],
    ['a program of Windows', program],
    ['a program of Linux', Buffer.concat([Buffer.from('\x7fELF'), program])],
    ['a line of a script', Buffer.from('#!/usr/bin/env python3\n')],
  ];

  it.each(prefixes)('fail the item: %s', async (_, prefix) => {
    for (const size of [1, 10_000, 1_000_000]) {
      const { error } = await unzipped(cut(Buffer.concat([prefix, zipFile([A, B])]), size));
      expect(error).toMatchObject({ code: 'ZIP_PREFIX', details: { format: 'zip' } });
    }
  });

  it.each(prefixes)('are skipped, whatever offsets count from: %s', async (_, prefix) => {
    for (const base of [0, prefix.length]) {
      for (const more of [{}, { zip64: true }, { reversed: true }]) {
        const file = Buffer.concat([prefix, zipFile([A, B], { ...more, base })]);
        for (const size of [100, 1_000_000]) {
          const { files, counters } = await unzipped(cut(file, size), { onPrefix: 'skip' });
          expect(files).toEqual(BOTH);
          expect(counters).toEqual({ files: 2, archivesWithPrefix: 1 });
        }
      }
    }
    const wrong = Buffer.concat([prefix, zipFile([A, B], { base: 7 })]);
    expect((await unzipped([wrong], { onPrefix: 'skip' })).code).toBe('ZIP_DIRECTORY_MISMATCH');
  });

  it('are those of a program without an archive, which fails, too', async () => {
    expect((await unzipped([program])).code).toBe('ZIP_PREFIX');
    expect((await unzipped(cut(program, 500), { onPrefix: 'skip' })).code).toBe('COMPRESSION_CORRUPT');
    // A text may begin with the same letters, and a format without a mark may have the signature in it.
    expect((await unzipped([Buffer.from('MZ,MOZ,Mozambique\n'.repeat(40))])).code).toBe('OK');
    expect((await unzipped([program.subarray(0, 9)], {}, { formats: [] })).code).toBe('OK');
    expect((await unzipped([program], {}, { formats: [] })).code).toBe('COMPRESSION_UNSUPPORTED');
  });

  it('are no prefix where the archive is', async () => {
    expect((await unzipped([zipFile([A, B])], { onPrefix: 'skip' })).counters).toEqual({ files: 2 });
    const none = await unzipped([zipFile([])], { onPrefix: 'skip', onMissing: 'ignore' });
    expect(none).toMatchObject({ code: 'OK', files: [], counters: {} });
  });
});

it('bytes after an archive fail the item, unless they are to be ignored', async () => {
  for (const rest of [Buffer.alloc(1), Buffer.from('text'), zipFile([A])]) {
    const file = Buffer.concat([zipFile([A, B]), rest]);
    expect((await unzipped(cut(file, 99))).code).toBe('COMPRESSION_TRAILING_DATA');
    const { files, counters } = await unzipped(cut(file, 99), { onTrailing: 'ignore' });
    expect([files, counters]).toEqual([BOTH, { files: 2, archivesWithTrailingData: 1 }]);
  }
});

describe('methods', { timeout: 60_000 }, () => {
  const bzip2 = bzip2Samples();
  const zstd = Buffer.concat([zstdCompressSync(TEXT.slice(0, 100)), zstdCompressSync(TEXT.slice(100))]);

  it('bzip2 and zstd are read', async () => {
    for (const { file, payload } of bzip2) {
      const archive = zipFile([{ name: 'x', data: payload, method: 12, packed: file }, A]);
      for (const size of [50, 100_000]) {
        const { files } = await unzipped(cut(archive, size), {}, { maxRatio: 1e6 });
        expect(files).toEqual([
          ['x', Buffer.from(payload).toString('latin1')],
          ['a.csv', TEXT],
        ]);
      }
    }
    const archive = zipFile([{ ...A, method: 93, packed: zstd }, B]);
    for (const size of [1, 100_000]) expect((await unzipped(cut(archive, size))).files).toEqual(BOTH);
  });

  it('and verified, and limited', async () => {
    const archive = zipFile([{ ...A, method: 93, packed: zstd }, B]);
    for (let at = 35; at < 35 + zstd.length; at += 1) {
      const damaged = Buffer.from(archive);
      damaged[at]! ^= 0x10;
      const { code, files } = await unzipped([damaged]);
      if (code === 'OK') expect(files, `byte ${at}`).toEqual(BOTH);
      else expect(code, `byte ${at}`).toMatch(/^COMPRESSION_(CORRUPT|CHECKSUM)$/);
    }
    const short = await unzipped([zipFile([{ ...A, method: 93, packed: zstd.subarray(0, -1) }, B])]);
    expect(short.error).toMatchObject({
      code: 'COMPRESSION_CORRUPT',
      part: 'a.csv',
      details: { format: 'zip', entry: 1 },
    });
    const zeros = Buffer.alloc(3_000_000);
    const bomb = zipFile([{ name: 'x', data: zeros, method: 93, packed: zstdCompressSync(zeros) }]);
    expect((await unzipped([bomb], {}, { maxOutputBytes: 1_000_000 })).error).toMatchObject({
      code: 'COMPRESSION_TOO_LARGE',
      details: { format: 'zip' },
    });
    expect((await unzipped([bomb], {}, { maxRatio: 10, ratioFloorBytes: 0 })).code).toBe('COMPRESSION_RATIO_EXCEEDED');
  });

  it.each<[number, string]>([
    [9, 'Deflate64'],
    [14, 'LZMA'],
    [95, 'xz'],
    [96, 'JPEG'],
    [97, 'WavPack'],
    [98, 'PPMd'],
    [99, 'AES'],
    [1, 'Shrink'],
    [77, 'method 77'],
  ])('%i is refused by its name, %s, unless it is passed over', async (method, name) => {
    const file = zipFile([B, { ...A, method }]);
    const { error } = await unzipped([file]);
    expect(error).toMatchObject({ code: 'ZIP_METHOD_UNSUPPORTED', part: 'a.csv', details: { method, entry: 2 } });
    expect(error?.message).toContain(name);
    expect((await unzipped([file], { entries: 'dir/*' })).code).toBe('OK');
  });

  it('bzip2 and zstd are refused if their length is not in front, and zstd where node:zlib has none', async () => {
    for (const method of [12, 93]) {
      const file = zipFile([{ ...A, method, packed: zstd, descriptor: 'signed' }]);
      const { error } = await unzipped([file]);
      expect(error).toMatchObject({ code: 'ZIP_METHOD_UNSUPPORTED', details: { method } });
      expect(error?.message).toContain('without its length in front');
    }
    const file = zipFile([{ ...A, method: 93, packed: zstd }]);
    const zlib = process.getBuiltinModule('node:zlib');
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ ...zlib, createZstdDecompress: undefined } as never);
    const { error } = await unzipped([file]);
    vi.restoreAllMocks();
    expect(error).toMatchObject({ code: 'ZIP_METHOD_UNSUPPORTED' });
    expect(error?.message).toContain('22.15');
  });
});
