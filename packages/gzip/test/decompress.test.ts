import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { isMillraceError, type MillraceError } from '@millrace/core';
import { decompressorCases, runDecoder } from '@millrace/testkit';
import { describe, expect, it, vi } from 'vitest';
import { type CompressionFormat, decompress, type DecompressOptions } from '../src/index.ts';
import { tar } from '../src/tar.ts';
import { zip } from '../src/zip.ts';
import { bomb, cut, records } from './gzip-file.ts';

const checksummed = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
type BuiltIn = Exclude<CompressionFormat, 'bzip2' | 'tar' | 'zip'>;
const COMPRESS: Readonly<Record<BuiltIn, (bytes: Uint8Array) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes),
  zlib: (bytes) => deflateSync(bytes),
  deflate: (bytes) => deflateRawSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes, checksummed),
  brotli: (bytes) => brotliCompressSync(bytes),
};
const FORMATS = Object.keys(COMPRESS) as BuiltIn[];
const TEXT = Buffer.from(records(40));

interface Outcome {
  readonly output: string;
  readonly error: MillraceError | undefined;
  readonly code: string;
}

async function drive(options: DecompressOptions, chunks: readonly Uint8Array[], name = 'a'): Promise<Outcome> {
  try {
    const { values } = await runDecoder(decompress(options), chunks, { item: { id: name, uri: `s3://b/${name}` } });
    return { output: Buffer.concat(values).toString(), error: undefined, code: 'OK' };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return { output: '', error, code: error.code };
  }
}

describe('decompress', () => {
  it('puts the formats that it found into the report, the outermost first', async () => {
    const noted = async (...chunks: readonly Uint8Array[]): Promise<unknown> =>
      (await runDecoder(decompress({ maxDepth: 3 }), chunks)).notes;
    expect(await noted(TEXT)).toEqual({ format: 'none' });
    expect(await noted(COMPRESS.gzip(TEXT))).toEqual({ format: 'gzip' });
    expect(await noted(...cut(COMPRESS.gzip(COMPRESS.zstd(TEXT)), 1))).toEqual({ format: 'gzip zstd' });
  });

  it('has another signature if it may read an item otherwise', () => {
    const all = [
      {},
      { expect: 'gzip' },
      { onConflict: 'name' },
      { formats: [zip()] },
      { formats: [tar()] },
      { formats: [zip({ entries: '*.csv' })] },
      { formats: [tar({ entries: '*.csv' })] },
      { formats: [tar({ entries: ({ size }) => size > 0 })] },
    ] satisfies readonly DecompressOptions[];
    expect(new Set(all.map((options) => decompress(options).signature)).size).toBe(all.length);
    expect(decompress({ formats: [zip({ entries: 'a' })] }).signature).toBe(
      decompress({ formats: [zip({ entries: 'a' })] }).signature,
    );
  });

  it('is a frozen codec, and refuses options that it does not know', () => {
    expect(decompress()).toMatchObject({ kind: 'decompressor', name: 'decompress' });
    expect(Object.isFrozen(decompress())).toBe(true);
    const loose = decompress as (options: object) => unknown;
    const invalid = [
      ...['zip', [], ['gzip', 'tar'], 7].map((expect_) => ({ expect: expect_ })),
      { onConflict: 'both' },
      { maxDepth: 0 },
      { maxDepth: 9 },
      { maxRatio: 0 },
      { maxOutputBytes: 0 },
      { ratioFloorBytes: -1 },
    ];
    for (const options of invalid) {
      expect(() => loose(options), JSON.stringify(options)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    expect(() => loose({ format: 'gzip' })).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
  });
});

describe.each(FORMATS)('%s', { timeout: 60_000 }, (format) => {
  const compress = COMPRESS[format];
  const file = compress(TEXT);
  const expected = { expect: format };

  const cases = decompressorCases({
    create: () => decompress(expected),
    samples: [
      { name: 'one record', input: compress(Buffer.from('{}')), outputs: [Buffer.from('{}')] },
      { name: 'empty payload', input: compress(Buffer.alloc(0)), outputs: [] },
      { name: 'usual', input: file, outputs: [TEXT] },
      { name: 'nothing', input: Buffer.alloc(0), error: 'COMPRESSION_TRUNCATED' },
      { name: 'cut short', input: file.subarray(0, -3), error: 'COMPRESSION_TRUNCATED' },
      { name: 'text behind', input: Buffer.concat([file, Buffer.from('text')]), error: 'COMPRESSION_TRAILING_DATA' },
    ],
  });
  it.each(cases.map((one) => [`${one.clause} ${one.name}`, one.run] as const))('%s', (_, run) => run());

  it('fails wherever it is cut short', async () => {
    const short = compress(Buffer.from(records(4)));
    for (let length = 0; length < short.length; length += 1) {
      const { code } = await drive(expected, [short.subarray(0, length)], `a.${format}`);
      expect(['COMPRESSION_TRUNCATED', 'COMPRESSION_UNEXPECTED'], `${length} bytes`).toContain(code);
      if (length >= 6) expect(code).toBe('COMPRESSION_TRUNCATED');
    }
  });

  it('fails with a code wherever a bit is wrong, unless the format has no checksum', async () => {
    const short = compress(Buffer.from(records(4)));
    for (let at = 0; at < short.length; at += 1) {
      const damaged = Buffer.from(short);
      damaged[at]! ^= 0x10;
      const { code, output } = await drive(expected, [damaged]);
      if (format === 'brotli' || format === 'deflate') expect(code).toMatch(/^OK$|^COMPRESSION_/);
      else if (code === 'OK') expect(output, `byte ${at}`).toBe(records(4));
    }
  });

  it('keeps the limits, whatever comes as one chunk', async () => {
    const zeros = compress(Buffer.alloc(3_000_000));
    for (const chunks of [[zeros], cut(zeros, 7)]) {
      const limited = await drive({ ...expected, maxOutputBytes: 2_999_999 }, chunks);
      expect(limited.error).toMatchObject({ code: 'COMPRESSION_TOO_LARGE', details: { format } });
      const ratio = await drive({ ...expected, maxRatio: 100, ratioFloorBytes: 1000 }, chunks);
      expect(ratio.error).toMatchObject({ code: 'COMPRESSION_RATIO_EXCEEDED', details: { format, maxRatio: 100 } });
    }
    expect((await drive({ ...expected, maxOutputBytes: 3_000_000, maxRatio: 1e6 }, [zeros])).code).toBe('OK');
  });

  it('yields lazily, in chunks of at most 256 KiB', async () => {
    const stage = decompress({ ...expected, maxRatio: 1e9 }).start({
      item: { id: 'a', uri: 'a' },
      note: () => {},
    } as never);
    const outputs = (stage.push(compress(Buffer.alloc(5_000_000))) as AsyncIterable<Uint8Array>)[
      Symbol.asyncIterator
    ]();
    const first = (await outputs.next()).value as Uint8Array;
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThanOrEqual(256 * 1024);
    await stage.close?.();
  });

  it('is told by name where it is one, inside another as well', async () => {
    const suffix = { gzip: 'gz', zlib: 'zz', deflate: 'deflate', zstd: 'zst', brotli: 'br' }[format];
    expect((await drive({}, [file], `x/a.csv.${suffix}`)).output).toBe(TEXT.toString());
    expect((await drive({}, [gzipSync(file)], `a.b/A.${suffix.toUpperCase()}.GZ`)).output).toBe(TEXT.toString());
  });
});

describe('zstd', () => {
  it('may have any number of frames, and frames that hold no data', async () => {
    const skippable = Buffer.from('5a2a4d180300000061626350 2a4d1800000000'.replace(' ', ''), 'hex');
    const plain = zstdCompressSync(Buffer.from('b'));
    const parts = [
      skippable,
      COMPRESS.zstd(Buffer.from('a')),
      plain,
      skippable,
      COMPRESS.zstd(TEXT),
      COMPRESS.zstd(Buffer.alloc(0)),
    ];
    const file = Buffer.concat(parts);
    for (const chunks of [[file], cut(file, 1), cut(file, 5), parts]) {
      expect(await drive({}, chunks)).toMatchObject({ code: 'OK', output: `ab${TEXT.toString()}` });
    }
    expect((await drive({}, [Buffer.concat([file, skippable.subarray(0, 9)])])).code).toBe('COMPRESSION_TRUNCATED');
  });

  it('ends frames of many blocks where they end', async () => {
    const noise = Buffer.from(Array.from({ length: 400_000 }, (_, n) => (Math.imul(n, 2654435761) >>> 13) & 255));
    const large = Buffer.concat([noise, Buffer.alloc(300_000), noise]);
    const file = Buffer.concat([
      COMPRESS.zstd(large),
      zstdCompressSync(large),
      zstdCompressSync(Buffer.alloc(300_000)),
    ]);
    const { code, output } = await drive({ maxRatio: 1e9 }, cut(file, 10_000));
    expect(code).toBe('OK');
    expect(output.length).toBe(Buffer.concat([large, large, Buffer.alloc(300_000)]).toString().length);
  });

  it('is refused by name where this runtime does not have it', async () => {
    const builtin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
    try {
      const refused = await drive({}, [COMPRESS.zstd(TEXT)]);
      expect(refused.error).toMatchObject({ code: 'COMPRESSION_UNAVAILABLE', details: { format: 'zstd' } });
      expect((await drive({}, [COMPRESS.gzip(TEXT)])).output).toBe(TEXT.toString());
    } finally {
      builtin.mockRestore();
    }
  });
});

describe('the format', () => {
  it('is told by the first bytes, and what shows none passes as it is', async () => {
    for (const format of ['gzip', 'zlib', 'zstd'] as const) {
      for (const level of [1, 9]) {
        const file = format === 'zlib' ? deflateSync(TEXT, { level }) : COMPRESS[format](TEXT);
        expect((await drive({}, cut(file, 1))).output).toBe(TEXT.toString());
      }
    }
    for (const text of ['', 'x', '{"a":1}\n', 'x^2,y\n', 'hC,1\n', '\x1f', 'BZ', 'PK,1\n']) {
      expect(await drive({}, cut(Buffer.from(text, 'latin1'), 1)), text).toMatchObject({ code: 'OK', output: text });
    }
  });

  it.each([
    ['zip', '504b03041400'],
    ['bzip2', '425a68393141'],
    ['xz', 'fd377a585a00'],
    ['lz4', '04224d186040'],
    ['compress', '1f9d90'],
  ])('%s is refused', async (format, hex) => {
    const refused = await drive({}, [Buffer.from(hex, 'hex')]);
    expect(refused.error).toMatchObject({ code: 'COMPRESSION_UNSUPPORTED', details: { format } });
  });

  it('fails where name and bytes disagree, or goes by what it is told to', async () => {
    const file = COMPRESS.zstd(TEXT);
    const conflict = await drive({}, [file], 'a.csv.gz');
    expect(conflict.error).toMatchObject({ code: 'COMPRESSION_CONFLICT', details: { name: 'gzip', bytes: 'zstd' } });
    expect((await drive({ onConflict: 'bytes' }, [file], 'a.csv.gz')).output).toBe(TEXT.toString());
    expect((await drive({ onConflict: 'name' }, [file], 'a.csv.gz')).code).toBe('COMPRESSION_CORRUPT');
    for (const chunks of [[TEXT], cut(TEXT, 1)]) {
      for (const suffix of ['zst', 'zz', 'br']) {
        expect((await drive({ onConflict: 'name' }, chunks, `a.${suffix}`)).code, suffix).toBe('COMPRESSION_CORRUPT');
      }
    }
    expect((await drive({}, [TEXT], 'a.csv.gz')).error?.details).toEqual({ name: 'gzip', bytes: 'none' });
    expect((await drive({ onConflict: 'bytes' }, [TEXT], 'a.csv.gz')).output).toBe(TEXT.toString());
    expect((await drive({}, [], 'a.csv.gz')).code).toBe('COMPRESSION_TRUNCATED');
    // A name says nothing where it does not end in a compression, and that is usual behind Content-Encoding.
    expect((await drive({}, [COMPRESS.gzip(TEXT)], 'a.csv')).output).toBe(TEXT.toString());
  });

  it('must be the expected one, or one of them', async () => {
    const all = { expect: ['gzip', 'brotli', 'none'] } as const;
    expect((await drive(all, [COMPRESS.gzip(TEXT)], 'a.br')).output).toBe(TEXT.toString());
    expect((await drive(all, [COMPRESS.brotli(TEXT)], 'a.br')).output).toBe(TEXT.toString());
    expect((await drive(all, [TEXT])).output).toBe(TEXT.toString());
    const unexpected = await drive(all, [COMPRESS.zstd(TEXT)]);
    expect(unexpected.error).toMatchObject({ code: 'COMPRESSION_UNEXPECTED', details: { bytes: 'zstd' } });
    expect((await drive({ expect: 'gzip' }, [TEXT])).code).toBe('COMPRESSION_UNEXPECTED');
    expect((await drive({ expect: 'none' }, [COMPRESS.gzip(TEXT)])).code).toBe('COMPRESSION_UNEXPECTED');
    expect((await drive({ expect: ['brotli', 'deflate'] }, [COMPRESS.brotli(TEXT)])).code).toBe(
      'COMPRESSION_UNEXPECTED',
    );
    expect((await drive({ expect: 'zlib' }, [deflateSync(TEXT, { windowBits: 12 })])).output).toBe(TEXT.toString());
  });
});

describe('nesting', () => {
  it('is undone up to a depth', async () => {
    const twice = gzipSync(COMPRESS.zstd(TEXT));
    expect((await drive({}, cut(twice, 3))).output).toBe(TEXT.toString());
    const thrice = gzipSync(twice);
    const tooDeep = await drive({}, [thrice]);
    expect(tooDeep.error).toMatchObject({ code: 'COMPRESSION_TOO_DEEP', details: { format: 'zstd', maxDepth: 2 } });
    expect((await drive({ maxDepth: 3 }, [thrice])).output).toBe(TEXT.toString());
    expect((await drive({ maxDepth: 1 }, [gzipSync(TEXT)])).output).toBe(TEXT.toString());
  });

  it('has its limits and its errors in every layer', async () => {
    expect((await drive({}, [gzipSync(bomb(100))])).code).toBe('COMPRESSION_RATIO_EXCEEDED');
    const cutInside = await drive({}, [gzipSync(COMPRESS.zlib(TEXT).subarray(0, -2))]);
    expect(cutInside.error).toMatchObject({ code: 'COMPRESSION_TRUNCATED', details: { format: 'zlib' } });
  });
});
