import { execFileSync } from 'node:child_process';
import { feed, type Parser, type Sink, type Source } from '@millrace/core';
import { decompressorCases } from '@millrace/testkit';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { inFull } from '../../../../test/support/in-full.ts';
import { decompress } from '../../src/index.ts';
import { zip } from '../../src/zip.ts';
import { cut, member, records } from '../gzip-file.ts';
import { unzipped } from './drive-zip.ts';
import { type ZipFile, zipFile } from './zip-file.ts';

const TEXT = records(40);
const A: ZipFile = { name: 'a.csv', data: TEXT };
const B: ZipFile = { name: 'dir/b.csv', data: 'b\n', method: 0 };
const WAYS: readonly (readonly [string, Partial<ZipFile>])[] = [
  ['deflated', {}],
  ['stored', { method: 0 }],
  ['deflated, signed descriptor', { descriptor: 'signed' }],
  ['deflated, bare descriptor', { descriptor: 'bare' }],
  ['deflated, signed descriptor of zip64', { descriptor: 'signed64' }],
  ['deflated, bare descriptor of zip64', { descriptor: 'bare64' }],
  ['stored, signed descriptor', { method: 0, descriptor: 'signed' }],
  ['stored, signed descriptor of zip64', { method: 0, descriptor: 'signed64' }],
  ['stored, bare descriptor', { method: 0, descriptor: 'bare' }],
  ['stored, bare descriptor of zip64', { method: 0, descriptor: 'bare64' }],
  ['deflated, sizes of zip64', { zip64: true }],
  ['stored, sizes of zip64', { method: 0, zip64: true }],
];

const STORED_WITHOUT_END = {
  name: 'a stored file without an end',
  first: Buffer.from(zipFile([{ ...B, descriptor: 'signed' }]).subarray(0, 40)),
  chunk: Buffer.alloc(65_536, 0x50),
};

describe('the conformance cases with zip', { timeout: 120_000 }, () => {
  const both = zipFile([A, B]);
  const cases = decompressorCases({
    create: () => decompress({ formats: [zip()], expect: 'zip' }),
    expansion: {
      input: zipFile([{ name: 'zeros', data: Buffer.alloc(60 * 1024 * 1024) }]),
      outputLength: 60 * 1024 * 1024,
    },
    endless: [
      // All of the 128 MiB is looked through for what might end the file.
      ...(inFull ? [STORED_WITHOUT_END] : []),
      { name: 'names without an end', first: Buffer.from(both.subarray(0, 26)), chunk: Buffer.alloc(65_536, 0x41) },
      {
        name: 'files without an end',
        chunk: Buffer.concat(
          Array.from({ length: 900 }, (_, n) => zipFile([{ name: `${n}`.padStart(20, 'x') }]).subarray(0, 52)),
        ),
      },
    ],
    samples: [
      ...WAYS.map(([name, way]) => ({
        name,
        input: zipFile([{ ...A, ...way }, { name: 'folder/' }, { ...B, method: 8, ...way }], { comment: 'hello' }),
        parts: [
          ['a.csv', [Buffer.from(TEXT)]],
          ['dir/b.csv', [Buffer.from('b\n')]],
        ] as const,
        counters: { files: 2 },
      })),
      { name: 'directory of zip64', input: zipFile([A], { zip64: true }), outputs: [Buffer.from(TEXT)] },
      { name: 'directory in another order', input: zipFile([A, B], { reversed: true }) },
      { name: 'an empty file', input: zipFile([{ name: 'e' }]), outputs: [], parts: [['e', []]] as const },
      { name: 'gzip inside', input: zipFile([{ name: 'a.gz', data: gzipSync(TEXT) }]), outputs: [Buffer.from(TEXT)] },
      { name: 'nothing', input: Buffer.alloc(0), error: 'COMPRESSION_TRUNCATED' },
      { name: 'cut short', input: both.subarray(0, -3), error: 'COMPRESSION_TRUNCATED' },
      { name: 'text behind', input: Buffer.concat([both, Buffer.from('text')]), error: 'COMPRESSION_TRAILING_DATA' },
      { name: 'no file', input: zipFile([]), error: 'ZIP_ENTRY_MISSING' },
    ],
  });
  it.each(cases.map((one) => [`${one.clause} ${one.name}`, one.run] as const))('%s', (_, run) => run());
});

describe('a damaged archive', { timeout: 120_000 }, () => {
  const DAMAGE = /^(COMPRESSION_(CORRUPT|CHECKSUM|TRUNCATED|TRAILING_DATA|UNSUPPORTED|UNEXPECTED)|ZIP_\w+)$/;
  const damaged = WAYS.map(([name, way]) => [name, zipFile([{ name: 'a', data: records(3), ...way }, B])] as const);
  const expected = [
    ['a', records(3)],
    ['dir/b.csv', 'b\n'],
  ];

  it.each(damaged)('fails wherever it is cut: %s', async (_, file) => {
    for (let length = 4; length < file.length; length++) {
      expect([length, (await unzipped([file.subarray(0, length)])).code]).toEqual([length, 'COMPRESSION_TRUNCATED']);
    }
  });

  it.each(damaged)('never gives other content, wherever a bit is wrong: %s', async (_name, file) => {
    const step = inFull ? 1 : 7;
    for (let bit = 32; bit < file.length * 8; bit += step) {
      const flipped = Buffer.from(file);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const { code, files } = await unzipped([flipped], {}, { expect: 'zip' });
      if (code === 'OK') expect(files, `bit ${bit}`).toEqual(expected);
      else expect(code, `bit ${bit}`).toMatch(DAMAGE);
    }
  });

  it('changed at random, comes to its own content or to a code', async () => {
    const change = fc.record({
      at: fc.double({ min: 0.02, max: 1, maxExcluded: true, noNaN: true }),
      remove: fc.nat({ max: 3 }),
      insert: fc.uint8Array({ maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...damaged), fc.array(change, { maxLength: 3 }), async ([, file], changes) => {
        let changed = file;
        for (const { at, remove, insert } of changes) {
          const position = Math.trunc(at * changed.length);
          changed = Buffer.concat([changed.subarray(0, position), insert, changed.subarray(position + remove)]);
        }
        const { code, files } = await unzipped([changed], {}, { expect: 'zip' });
        if (code === 'OK') expect(files).toEqual(expected);
        else expect(code).toMatch(DAMAGE);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, Buffer, string]>([
    ['a wrong CRC in both places', zipFile([{ ...A, packed: deflateRawSync('other') }]), 'COMPRESSION_CHECKSUM'],
    ['a wrong CRC of stored data', zipFile([{ ...B, packed: Buffer.from('x\n') }]), 'COMPRESSION_CHECKSUM'],
    [
      'a descriptor that does not fit',
      zipFile([{ ...A, packed: deflateRawSync('x'), descriptor: 'signed' }]),
      'COMPRESSION_CHECKSUM',
    ],
    ['data that is no deflate', zipFile([{ ...A, packed: Buffer.alloc(200, 255) }]), 'COMPRESSION_CORRUPT'],
    [
      'text where a file should begin',
      Buffer.concat([zipFile([B]).subarray(0, 41), Buffer.alloc(200, 65)]),
      'COMPRESSION_CORRUPT',
    ],
    ['a second archive behind', Buffer.concat([zipFile([A]), zipFile([B])]), 'COMPRESSION_TRAILING_DATA'],
  ])('is refused: %s', async (_, file, code) => {
    for (const size of [1, 50, 100_000]) expect((await unzipped(cut(file, size))).code).toBe(code);
  });

  it.each<[string, ZipFile['listed'] | undefined, object?]>([
    ['a file that is not listed', { leftOut: true }],
    ['another name', { name: 'c.csv' }],
    ['another CRC', { crc: 1 }],
    ['another size', { size: 1 }],
    ['another packed size', { packedSize: 1 }],
    ['another place', { offset: 1 }],
    ['another method', { method: 8 }],
    ['another number of files', undefined, { entries: 3 }],
    ['another number of files in zip64', undefined, { entries: 3, zip64: true }],
  ])('is refused where its directory says otherwise: %s', async (_, listed, options = {}) => {
    const file = zipFile([A, { ...B, ...(listed !== undefined && { listed }) }], options);
    expect((await unzipped([file])).code).toBe('ZIP_DIRECTORY_MISMATCH');
  });
});

describe('what is refused', () => {
  it.each(['/a', '\\a', 'C:\\a', 'c:a', '..', '../a', 'a/../b', 'a\\..\\b', 'a\0b', 'a\nb', ''])(
    'a name that is not safe: %j',
    async (name) => {
      const { error } = await unzipped([zipFile([A, { name, data: 'x' }])], { entries: 'a.csv' });
      expect(error).toMatchObject({ code: 'ZIP_NAME_UNSAFE', details: { format: 'zip', entry: 2, content: { name } } });
    },
  );

  it('an encrypted file, unless it can be passed over', async () => {
    for (const flags of [1, 0x41, 0x2000]) {
      const file = zipFile([{ ...A, flags }, B]);
      expect((await unzipped([file])).error).toMatchObject({ code: 'ZIP_ENCRYPTED', part: 'a.csv' });
      expect((await unzipped([file], { entries: '**/b.csv' })).files).toEqual([['dir/b.csv', 'b\n']]);
    }
    const streamed = zipFile([{ ...A, flags: 1, descriptor: 'signed' }, B]);
    expect((await unzipped([streamed], { entries: '**/b.csv' })).code).toBe('ZIP_ENCRYPTED');
  });

  it('a method that is not known, unless it can be passed over', async () => {
    const file = zipFile([{ ...A, method: 9 }, B]);
    expect((await unzipped([file])).error).toMatchObject({ code: 'ZIP_METHOD_UNSUPPORTED', details: { method: 9 } });
    expect((await unzipped([file], { entries: 'dir/*' })).code).toBe('OK');
  });

  it('two files of one name', async () => {
    expect((await unzipped([zipFile([A, A])])).error).toMatchObject({ code: 'ZIP_ENTRY_DUPLICATE', part: 'a.csv' });
  });

  it('more files, and longer names, than the limits allow', async () => {
    expect((await unzipped([zipFile([A, B])], { maxEntries: 1 })).code).toBe('ZIP_TOO_MANY_ENTRIES');
    expect((await unzipped([zipFile([A, B])], { maxEntries: 2 })).code).toBe('OK');
    expect((await unzipped([zipFile([A])], { maxNameBytes: 4 })).code).toBe('ZIP_NAME_TOO_LONG');
    expect((await unzipped([zipFile([A])], { maxNameBytes: 5 })).code).toBe('OK');
  });

  it('more output than the limits allow, over all files', async () => {
    const half = { data: Buffer.alloc(500_000) };
    const file = zipFile([
      { name: 'a', ...half },
      { name: 'b', descriptor: 'signed', ...half },
    ]);
    expect((await unzipped([file], {}, { maxOutputBytes: 999_999 })).code).toBe('COMPRESSION_TOO_LARGE');
    expect((await unzipped([file], { entries: 'a' }, { maxOutputBytes: 999_999 })).code).toBe('COMPRESSION_TOO_LARGE');
    expect((await unzipped([file], {}, { maxOutputBytes: 1_000_000 })).code).toBe('OK');
    const ratio = await unzipped([file], {}, { ratioFloorBytes: 1000 });
    expect(ratio.error).toMatchObject({ code: 'COMPRESSION_RATIO_EXCEEDED', details: { format: 'zip' } });
  });

  it('wrong options, and a zip that was not asked for', async () => {
    const loose = zip as (options: object) => unknown;
    for (const options of [
      { entries: [] },
      { entries: '' },
      { entries: 7 },
      { onMissing: 'x' },
      { maxEntries: 0 },
      { maxNameBytes: 70_000 },
    ]) {
      expect(() => loose(options), JSON.stringify(options)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    expect(() => loose({ entry: 'a' })).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
    for (const formats of [[zip(), zip()], [{}], 'zip']) {
      expect(() => decompress({ formats: formats as never })).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    expect(() => decompress({ expect: 'zip' })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect((await unzipped([zipFile([A])], {}, { formats: [] })).code).toBe('COMPRESSION_UNSUPPORTED');
  });
});

describe('which files are read', () => {
  const names = ['a.csv', 'b.CSV', 'dir/a.csv', 'dir/sub/a.csv', 'x(1).csv', '__MACOSX/._a.csv'];
  const file = zipFile(names.map((name) => ({ name, data: name })));

  it.each<[Parameters<typeof zip>[0], readonly string[]]>([
    [{}, names.slice(0, 5)],
    [{ entries: 'a.csv' }, ['a.csv']],
    [{ entries: '*.csv' }, ['a.csv', 'x(1).csv']],
    [{ entries: '**/*.csv' }, ['a.csv', 'dir/a.csv', 'dir/sub/a.csv', 'x(1).csv', '__MACOSX/._a.csv']],
    [{ entries: 'dir/**' }, ['dir/a.csv', 'dir/sub/a.csv']],
    [{ entries: '?.csv' }, ['a.csv']],
    [{ entries: ['x(1).csv', 'b.*'] }, ['b.CSV', 'x(1).csv']],
    [{ entries: ({ name, size }) => name.startsWith('dir') && size === 9 }, ['dir/a.csv']],
  ])('%o', async (options, wanted) => {
    const { files, counters } = await unzipped([file], options);
    expect(files).toEqual(wanted.map((name) => [name, name]));
    expect(counters).toEqual({ files: wanted.length, filesLeftOut: names.length - wanted.length });
  });

  it('fails where one is missing, unless that is to be ignored', async () => {
    const wrong = { entries: ['a.csv', 'c.csv', 'none/*'] };
    const { error } = await unzipped([file], wrong);
    expect(error).toMatchObject({ code: 'ZIP_ENTRY_MISSING', details: { missing: ['c.csv', 'none/*'] } });
    expect((await unzipped([file], { ...wrong, onMissing: 'ignore' })).files).toEqual([['a.csv', 'a.csv']]);
    expect((await unzipped([file], { entries: () => false })).code).toBe('ZIP_ENTRY_MISSING');
    expect(await unzipped([zipFile([])], { onMissing: 'ignore' })).toMatchObject({ code: 'OK', files: [] });
  });

  it('has names in UTF-8, and in code page 437 where they are not', async () => {
    const file = zipFile([{ name: 'préço €.csv' }, { name: Uint8Array.of(0x81, 0x2e, 0xe1) }]);
    expect((await unzipped([file])).files.map(([name]) => name)).toEqual(['préço €.csv', 'ü.ß']);
  });
});

describe('compressed files in archives', () => {
  it('are undone, each by its own name and bytes, and errors name the file', async () => {
    const inner = zipFile([{ name: 'x/c.csv', data: 'c' }]);
    const file = zipFile([
      { name: 'a.csv.gz', data: gzipSync('a') },
      { name: 'b.csv', data: 'b' },
      { name: 'c.zip', data: inner },
    ]);
    expect((await unzipped(cut(file, 3))).files).toEqual([
      ['a.csv.gz', 'a'],
      ['b.csv', 'b'],
      ['c.zip/x/c.csv', 'c'],
    ]);
    const short = zipFile([{ name: 'a.gz', data: gzipSync('a').subarray(0, 15) }, { name: 'b' }]);
    expect((await unzipped([short])).error).toMatchObject({
      code: 'COMPRESSION_TRUNCATED',
      part: 'a.gz',
      details: { format: 'gzip' },
    });
    const encrypted = zipFile([{ name: 'c.zip', data: zipFile([{ name: 'd', flags: 1 }]) }]);
    expect((await unzipped([encrypted])).error).toMatchObject({ code: 'ZIP_ENCRYPTED', part: 'c.zip/d' });
    expect((await unzipped([file], {}, { maxDepth: 1 })).error).toMatchObject({
      code: 'COMPRESSION_TOO_DEEP',
      part: 'a.csv.gz',
    });
    expect((await unzipped([gzipSync(inner)])).files).toEqual([['x/c.csv', 'c']]);
  });

  it('are many and small without a stream for each', async () => {
    const many = Array.from({ length: 2000 }, (_, n) => ({
      name: `${n}`,
      data: `${n}`,
      ...(n % 2 === 0 && { descriptor: 'signed' as const }),
    }));
    const { files } = await unzipped(cut(zipFile(many), 60_000));
    expect(files).toEqual(many.map(({ name, data }) => [name, data]));
  });
});

it.each(WAYS)('is read where there is no node:zlib: %s', async (_, way) => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  const file = zipFile([{ ...A, ...way }, B]);
  for (const size of [1, 100_000]) {
    expect((await unzipped(cut(file, size))).files).toEqual([
      ['a.csv', TEXT],
      ['dir/b.csv', 'b\n'],
    ]);
  }
  const damaged = Buffer.from(file);
  damaged[60]! ^= 255;
  expect((await unzipped([damaged])).code).toMatch(/^COMPRESSION_|^ZIP_LENGTH_UNKNOWN$/);
  vi.restoreAllMocks();
});

it('closes wherever it is left', async () => {
  const file = zipFile([{ name: 'a', data: Buffer.alloc(20_000_000) }]);
  const stage = decompress({ formats: [zip()], maxRatio: 2000 }).start({
    item: { id: 'a', uri: 'a' },
    count: () => {},
    note: () => {},
  } as never);
  const outputs = (stage.push(file) as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  for (let n = 0; n < 3; n++) expect((await outputs.next()).done).toBe(false);
  await stage.close?.();
  let rest = 0;
  while ((await outputs.next()).done !== true) rest++;
  expect(rest).toBeLessThanOrEqual(1);
});

describe('a feed over archives', () => {
  const source: Source<Uint8Array, Uint8Array> = {
    name: 'memory',
    describe: () => 'memory:file.zip',
    open: async (file) => ({
      origin: { id: 'memory:file.zip', uri: 'memory:file.zip' },
      chunks: async function* () {
        yield* cut(file, 1000);
      },
    }),
  };
  /** Rows behind a header row, which each file has. */
  const rows: Parser<Uint8Array, string> = {
    kind: 'parser',
    name: 'rows',
    start: () => {
      let text = '';
      return {
        push: (chunk) => ((text += Buffer.from(chunk).toString()), []),
        end: () => text.split('\n').slice(1, -1),
      };
    },
  };

  it('reads each file on its own and tells it with each record', async () => {
    const seen: unknown[] = [];
    const sink: Sink<string> = {
      name: 'seen',
      write: async (entries) =>
        void seen.push(...entries.map(({ ordinal, item, value }) => [ordinal, item.part, value])),
    };
    const run = feed('x')
      .from(source)
      .through(decompress({ formats: [zip()] }))
      .through(rows)
      .to(sink);
    const file = zipFile([
      { name: 'a', data: 'head\n1\n2\n' },
      { name: 'b.gz', data: member(Buffer.from('head\n3\n')) },
    ]);
    await run.run([file]);
    expect(seen).toEqual([
      [0, 'a', '1'],
      [1, 'a', '2'],
      [2, 'b.gz', '3'],
    ]);
    const { reports } = await run.run([zipFile([A, { ...B, flags: 1 }])], { onFailure: 'report' });
    expect(reports[0]?.error).toMatchObject({ code: 'ZIP_ENCRYPTED', part: 'dir/b.csv', item: 'memory:file.zip' });
  });
});

/** What Python's zipfile makes of names and contents; `undefined` where there is no Python. */
function zippedByPython(files: readonly (readonly [string, string])[], how: string): Buffer | undefined {
  const program = `import zipfile,sys,json,io
class Out(io.RawIOBase):
  def __init__(self): self.all=b''
  def writable(self): return True
  def write(self,b):
    self.all+=bytes(b); return len(b)
how=json.loads(${JSON.stringify(how)})
out=Out() if how['streamed'] else io.BytesIO()
with zipfile.ZipFile(out,'w',how['method']) as z:
  for name,text in json.load(sys.stdin):
    with z.open(zipfile.ZipInfo(name) if False else name,'w',force_zip64=how['zip64']) as f: f.write(text.encode())
sys.stdout.buffer.write(out.all if how['streamed'] else out.getvalue())`;
  try {
    const options = {
      input: JSON.stringify(files),
      maxBuffer: 1e9,
      stdio: ['pipe', 'pipe', 'ignore'] as ['pipe', 'pipe', 'ignore'],
    };
    return execFileSync('python3', ['-c', program], options);
  } catch {
    return undefined;
  }
}

describe.runIf(zippedByPython([], '{"streamed":false,"method":8,"zip64":false}') !== undefined)(
  'what Python zips',
  () => {
    it.each(
      [true, false].flatMap((streamed) =>
        [0, 8].flatMap((method) => [true, false].map((zip64) => ({ streamed, method, zip64 }))),
      ),
    )('is read: %o', { timeout: 60_000 }, async (how) => {
      const files = [
        ['a.csv', TEXT],
        ['é/b.csv', 'ü'],
        ['empty', ''],
        ['c', records(9000)],
      ] as const;
      const file = zippedByPython(files, JSON.stringify(how))!;
      const expected = files.map(([name, text]) => [name, Buffer.from(text).toString('latin1')]);
      for (const size of [100, 100_000]) expect((await unzipped(cut(file, size))).files).toEqual(expected);
    });
  },
);
