import { gzipSync, zstdCompressSync } from 'node:zlib';
import { decompressorCases } from '@millrace/testkit';
import { describe, expect, it } from 'vitest';
import { decompress } from '../../src/index.ts';
import { bzip2 } from '../../src/bzip2.ts';
import { tar, type TarOptions } from '../../src/tar.ts';
import { zip } from '../../src/zip.ts';
import { cut, records } from '../gzip-file.ts';
import { zipFile } from '../zip/zip-file.ts';
import { untarred } from './drive-tar.ts';
import { base256, entry, long, pax, type TarFile, tarFile, ZEROS } from './tar-file.ts';

const TEXT = records(40);
const A: TarFile = { name: 'a.csv', data: TEXT };
const B: TarFile = { name: 'dir/b.csv', data: 'b\n' };
const BOTH = [
  ['a.csv', TEXT],
  ['dir/b.csv', 'b\n'],
] as const;
const LONG = `${'folder/'.repeat(30)}file.csv`;

describe('the conformance cases with tar', { timeout: 120_000 }, () => {
  const both = tarFile([A, { name: 'dir/', type: '5' }, B]);
  const file = (name: string, text: string): readonly [string, readonly Uint8Array[]] => [name, [Buffer.from(text)]];
  const cases = decompressorCases({
    create: () => decompress({ formats: [tar()], expect: 'tar' }),
    endless: [
      {
        name: 'a file without an end',
        first: entry({ ...A, size: base256(2 ** 50) }),
        chunk: Buffer.alloc(65_536, 0x41),
      },
      {
        name: 'a link without an end',
        first: entry({ name: 'x', type: 'K', size: base256(2 ** 50) }),
        chunk: Buffer.alloc(65_536, 0x41),
      },
      { name: 'zeros without an end', first: both, chunk: Buffer.alloc(65_536) },
      {
        name: 'folders without an end',
        first: both,
        chunk: Buffer.concat(Array.from({ length: 128 }, () => entry({ name: 'd/', type: '5' }))),
      },
      {
        name: 'global headers without an end',
        chunk: Buffer.concat(Array.from({ length: 64 }, (_, n) => entry(pax({ path: `${n}` }, 'g')))),
      },
    ],
    samples: [
      { name: 'usual', input: both, parts: BOTH.map(([name, text]) => file(name, text)), counters: { files: 2 } },
      { name: 'one record', input: tarFile([{ name: 'a', data: '{}' }]), outputs: [Buffer.from('{}')] },
      {
        name: 'long names',
        input: tarFile([long(LONG), A, pax({ path: LONG.slice(1) }), B]),
        parts: [file(LONG, TEXT), file(LONG.slice(1), 'b\n')],
      },
      { name: 'an empty file', input: tarFile([{ name: 'e' }, B]), parts: [['e', []], file('dir/b.csv', 'b\n')] },
      {
        name: 'a full block',
        input: tarFile([{ name: 'a', data: 'x'.repeat(512) }, B]),
        parts: [file('a', 'x'.repeat(512)), file('dir/b.csv', 'b\n')],
      },
      { name: 'gzip inside', input: tarFile([{ name: 'a.gz', data: gzipSync(TEXT) }]), outputs: [Buffer.from(TEXT)] },
      {
        name: 'one block of zeros',
        input: both.subarray(0, -512),
        parts: BOTH.map(([name, text]) => file(name, text)),
      },
      { name: 'nothing', input: Buffer.alloc(0), error: 'COMPRESSION_TRUNCATED' },
      { name: 'cut short', input: both.subarray(0, -1025), error: 'COMPRESSION_TRUNCATED' },
      { name: 'text behind', input: Buffer.concat([both, Buffer.from('text')]), error: 'COMPRESSION_TRAILING_DATA' },
      { name: 'no file', input: tarFile([]), error: 'TAR_ENTRY_MISSING' },
      { name: 'text', input: Buffer.from(TEXT), error: 'COMPRESSION_UNEXPECTED' },
    ],
  });
  it.each(cases.map((one) => [`${one.clause} ${one.name}`, one.run] as const))('%s', (_, run) => run());
});

describe('a layout', () => {
  it.each<[string, readonly TarFile[], string]>([
    ['POSIX', [{ ...A }], 'a.csv'],
    ['POSIX, with folders in the prefix', [{ ...A, prefix: 'x/y' }], 'x/y/a.csv'],
    ['GNU, which has times where POSIX has the prefix', [{ ...A, form: 'gnu', prefix: '14701234567' }], 'a.csv'],
    [
      'star, which has times after the prefix',
      [{ ...A, form: 'star', prefix: 'p'.repeat(131), more: [[476, '14701234567']] }],
      `${'p'.repeat(131)}/a.csv`,
    ],
    ['of before POSIX', [{ ...A, form: 'v7' }], 'a.csv'],
    ['of before POSIX, with type 0', [{ ...A, form: 'v7', type: '\0' }], 'a.csv'],
    ['a contiguous file', [{ ...A, type: '7' }], 'a.csv'],
    ['a name of 100 bytes', [{ ...A, name: 'n'.repeat(100) }], 'n'.repeat(100)],
    ['names of GNU and a long link', [long(LONG, 'K'), long(LONG), { ...A, form: 'gnu' }], LONG],
    ['a path of pax over a name of GNU', [pax({ path: 'x' }), long(LONG), A], 'x'],
    ['records that do not matter', [pax({ mtime: '1.5', 'SCHILY.xattr.user.x': Buffer.of(0, 10, 255) }), A], 'a.csv'],
    ['records of Solaris', [pax({ path: 'x' }, 'X'), A], 'x'],
    ['records with zeros after them', [{ ...pax({}), data: '8 path=x\n\0\0'.replace('8', '9') }, A], 'x'],
    ['global records', [pax({ comment: 'x', path: 'g' }, 'g'), A, pax({ path: '' }, 'g')], 'g'],
    ['records over global ones', [pax({ path: 'g' }, 'g'), pax({ path: 'x' }), A, pax({ path: '' }, 'g')], 'x'],
    [
      'records that take back global ones',
      [pax({ path: 'g' }, 'g'), pax({ path: '' }), A, pax({ path: '' }, 'g')],
      'a.csv',
    ],
    ['a size of pax', [pax({ size: `${TEXT.length}` }), { ...A, size: 0 }], 'a.csv'],
    ['a size to base 256', [{ ...A, size: base256(TEXT.length) }], 'a.csv'],
    ['a size between blanks', [{ ...A, size: Buffer.from(`  ${TEXT.length.toString(8)} \0`) }], 'a.csv'],
    ['a sum of signed bytes', [{ ...A, name: 'é.csv', isSigned: true }], 'é.csv'],
    ['a name in ISO-8859-1', [{ ...A, name: Buffer.from('é.csv', 'latin1') }], 'é.csv'],
    ['a name below the folder itself', [{ ...A, name: '././/a.csv' }], 'a.csv'],
    ['a label', [{ name: 'volume 1', type: 'V', form: 'gnu' }, A], 'a.csv'],
  ])('is read: %s', async (_, files, name) => {
    const bytes = tarFile([...files, B]);
    for (const size of [1, 700, 100_000]) {
      const { code, files: read } = await untarred(cut(bytes, size), {}, { expect: 'tar' });
      expect([code, read.slice(0, 1)]).toEqual(['OK', [[name, TEXT]]]);
      expect(read.slice(1)).toEqual([['dir/b.csv', 'b\n']]);
    }
  });

  it('counts what is no file, and takes no content from it', async () => {
    const others = ['1', '2', '3', '4', '5', 'D', '6'].map((type) => ({
      name: `o${type}`,
      type,
      ...(type === 'D' ? { data: 'Ya\0\0' } : {}),
    }));
    const sized = ['1', '2', '3', '4', '5', '6'].map((type) => ({ name: `s${type}`, type, size: 700 }));
    const oldFolder: TarFile = { name: 'old/', form: 'v7', type: '\0' };
    const { files, counters } = await untarred([
      tarFile([...others, A, oldFolder, ...sized, pax({ size: '9' }), { name: 'l', type: '1' }, B]),
    ]);
    expect(files).toEqual(BOTH);
    expect(counters).toEqual({ files: 2, linksLeftOut: 5, devicesLeftOut: 6 });
  });
});

describe('an archive is recognized', () => {
  const file = tarFile([A, B]);

  it('by its first block, in any compression, and by its name', async () => {
    expect(await untarred(cut(file, 100))).toMatchObject({ files: BOTH, notes: { format: 'tar' } });
    expect(await untarred([tarFile([{ ...A, form: 'v7' }, B])])).toMatchObject({ files: BOTH });
    for (const name of ['a', 'a.tgz', 'a.tar.gz', 'a.TAR.GZ']) {
      expect(await untarred([gzipSync(file)], {}, {}, name)).toMatchObject({
        files: BOTH,
        notes: { format: 'gzip tar' },
      });
    }
    expect((await untarred([gzipSync(zstdCompressSync(file))])).files).toEqual(BOTH);
    const more = { formats: [bzip2(), tar(), zip()] };
    expect((await untarred([zipFile([{ name: 'x.tar', data: file }])], {}, more)).files).toEqual(
      BOTH.map(([name, text]) => [`x.tar/${name}`, text]),
    );
    const inner = tarFile([
      { name: 'in.zip', data: zipFile([{ name: 'c', data: 'c' }]) },
      { name: 'b.gz', data: gzipSync('b') },
    ]);
    expect((await untarred([gzipSync(inner)], {}, more)).files).toEqual([
      ['in.zip/c', 'c'],
      ['b.gz', 'b'],
    ]);
    expect(await untarred([tarFile([])], { onMissing: 'ignore' }, {}, 'a.tar')).toMatchObject({
      code: 'OK',
      files: [],
    });
  });

  it('and a name that says so and bytes that do not are a conflict', async () => {
    expect((await untarred([Buffer.from(TEXT)], {}, {}, 'a.tar')).code).toBe('COMPRESSION_CONFLICT');
    expect((await untarred([file], {}, {}, 'a.tgz')).code).toBe('COMPRESSION_CONFLICT');
    expect((await untarred([Buffer.from(TEXT)], {}, { onConflict: 'name' }, 'a.tar')).code).toBe('COMPRESSION_CORRUPT');
  });

  it('and refused with advice if tar() was not given', async () => {
    for (const bytes of [file, gzipSync(file)]) {
      const { error } = await untarred([bytes], {}, { formats: [] });
      expect(error).toMatchObject({ code: 'COMPRESSION_UNSUPPORTED', details: { format: 'tar' } });
      expect(error?.message).toContain('@millrace/gzip/tar');
    }
  });

  it('and does not count as a compression, unless it is in another one', async () => {
    const once = tarFile([{ name: 'x.tar', data: file }]);
    const twice = tarFile([{ name: 'y.tar', data: once }]);
    expect((await untarred([twice], {}, { maxDepth: 2 })).files.map(([name]) => name)).toEqual([
      'y.tar/x.tar/a.csv',
      'y.tar/x.tar/dir/b.csv',
    ]);
    expect((await untarred([twice], {}, { maxDepth: 1 })).error).toMatchObject({
      code: 'COMPRESSION_TOO_DEEP',
      part: 'y.tar/x.tar',
    });
    expect((await untarred([gzipSync(gzipSync(file))], {}, { maxDepth: 2 })).files).toEqual(BOTH);
    expect((await untarred([gzipSync(once)], {}, { maxDepth: 1 })).code).toBe('COMPRESSION_TOO_DEEP');
  });

  it('and no text is taken for one', async () => {
    // The sum of the digits, in the place of a checksum.
    const digits = Buffer.alloc(600, '7');
    const sum = digits.subarray(0, 512).reduce((total, byte) => total + byte, 0) - 8 * 0x37 + 8 * 0x20;
    digits.write(`${sum.toString(8)} `.padStart(8), 148);
    expect(await untarred([digits])).toMatchObject({ code: 'OK', files: [], notes: { format: 'none' } });
  });
});

describe('what is refused', () => {
  it.each<[string, string, readonly TarFile[], TarOptions?]>([
    ['a sparse file of GNU', 'TAR_SPARSE', [A, { ...B, type: 'S', form: 'gnu' }]],
    ['a sparse file of pax', 'TAR_SPARSE', [A, pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'x' }), B]],
    ['a sparse file of star', 'TAR_SPARSE', [A, pax({ 'SCHILY.realsize': '9000' }), B]],
    ['a sparse file of Solaris', 'TAR_SPARSE', [A, pax({ 'SUN.holesdata': ' 0' }), B]],
    ['the rest of a file of another volume', 'TAR_VOLUME', [{ ...A, type: 'M', form: 'gnu' }, B]],
    ['that in records of pax', 'TAR_VOLUME', [pax({ 'GNU.volume.filename': 'a', 'GNU.volume.size': '9' }, 'g'), B]],
    ['a type that is not known', 'TAR_TYPE_UNSUPPORTED', [A, { ...B, type: 'Z' }]],
    ['two files of one name', 'TAR_ENTRY_DUPLICATE', [A, { ...A, name: './a.csv' }]],
    ['too many entries', 'TAR_TOO_MANY_ENTRIES', [A, { name: 'd/', type: '5' }, B], { maxEntries: 2 }],
    ['a name that is too long', 'TAR_NAME_TOO_LONG', [A, { ...B, name: '123456' }], { maxNameBytes: 5 }],
    ['a long name that is too long', 'TAR_NAME_TOO_LONG', [A, long('n'.repeat(1025)), B]],
    ['a path that is too long', 'TAR_NAME_TOO_LONG', [A, pax({ path: 'n'.repeat(1025) }), B]],
    [
      'a header that is too long',
      'TAR_HEADER_TOO_LONG',
      [A, pax({ comment: 'x'.repeat(600) }), B],
      { maxHeaderBytes: 512 },
    ],
    ['a folder with content', 'TAR_NAME_UNSAFE', [A, { name: 'x/', data: 'x' }]],
  ])('%s', async (_, code, files, options = {}) => {
    for (const size of [100, 100_000]) expect((await untarred(cut(tarFile(files), size), options)).code).toBe(code);
  });

  it.each(['/a', '\\a', 'C:\\a', 'c:a', '..', '../a', 'a/../b', 'a\\..\\b', 'a\nb'])(
    'a name that is not safe: %j',
    async (name) => {
      for (const file of [[{ name, data: 'x' }], [pax({ path: name }), B], [long(name), B]]) {
        const { error } = await untarred([tarFile([A, ...file])], { entries: 'a.csv' });
        expect(error).toMatchObject({
          code: 'TAR_NAME_UNSAFE',
          details: { format: 'tar', entry: 2, content: { name } },
        });
      }
    },
  );

  it('names and headers only beyond their limits', async () => {
    expect((await untarred([tarFile([A, { ...B, name: '12345' }])], { maxNameBytes: 5, maxEntries: 2 })).code).toBe(
      'OK',
    );
    expect((await untarred([tarFile([long('n'.repeat(1024)), B])])).code).toBe('OK');
    expect((await untarred([tarFile([pax({ comment: 'x'.repeat(400) }), B])], { maxHeaderBytes: 512 })).code).toBe(
      'OK',
    );
  });

  it('but not what is passed over', async () => {
    // The map of this sparse file goes on in two more blocks.
    const map = Buffer.concat([Buffer.alloc(504), Buffer.of(1), Buffer.alloc(7), ZEROS]);
    const sparse: TarFile = {
      name: 's',
      type: 'S',
      form: 'gnu',
      data: Buffer.concat([map, Buffer.alloc(512, 1)]),
      size: 512,
      more: [[482, Buffer.of(1)]],
    };
    const file = tarFile([
      sparse,
      pax({ 'GNU.sparse.name': 'x' }),
      { name: 'y', data: '1\n' },
      { name: 'z', type: 'Z', data: 'zz' },
      A,
    ]);
    const { files, counters } = await untarred(cut(file, 333), { entries: '*.csv' });
    expect([files, counters]).toEqual([[['a.csv', TEXT]], { files: 1, filesLeftOut: 3 }]);
  });

  it('more content than the limits allow, over all files', async () => {
    const half = { data: Buffer.alloc(500_000) };
    const file = tarFile([
      { name: 'a', ...half },
      { name: 'b', ...half },
    ]);
    for (const options of [{}, { entries: 'a' }]) {
      const { error } = await untarred([file], options, { maxOutputBytes: 999_999 });
      expect(error).toMatchObject({ code: 'COMPRESSION_TOO_LARGE', details: { format: 'tar' } });
      expect((await untarred([file], options, { maxOutputBytes: 1_000_000 })).code).toBe('OK');
    }
  });

  it('wrong options', () => {
    const loose = tar as (options: object) => unknown;
    const wrong = [
      { entries: [] },
      { entries: 7 },
      { onMissing: 'x' },
      { onTrailing: 'x' },
      { maxEntries: 0 },
      { maxNameBytes: 70_000 },
      { maxHeaderBytes: 1 },
    ];
    for (const options of wrong) {
      expect(() => loose(options), JSON.stringify(options)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
    expect(() => loose({ entry: 'a' })).toThrow(expect.objectContaining({ code: 'OPTION_UNKNOWN' }));
    expect(() => decompress({ expect: 'tar' })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => decompress({ formats: [tar(), tar()] })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('damage', () => {
  it.each<[string, string, readonly TarFile[]]>([
    ['a wrong checksum', 'COMPRESSION_CHECKSUM', [A, { ...B, sumOff: 1 }]],
    ['a wrong checksum at first', 'COMPRESSION_CHECKSUM', [{ ...A, sumOff: 1 }, B]],
    ['a checksum that is no number', 'COMPRESSION_CHECKSUM', [A, { ...B, sumOff: Number.NaN }]],
    ['a size that is no number', 'COMPRESSION_CORRUPT', [A, { ...B, size: Buffer.from('0000000x000\0') }]],
    ['a negative size', 'COMPRESSION_CORRUPT', [A, { ...B, size: Buffer.alloc(12, 255) }]],
    ['a size beyond 2^53', 'COMPRESSION_CORRUPT', [A, { ...B, size: base256(2 ** 53) }]],
    ['a size that goes into the next entry', 'COMPRESSION_CHECKSUM', [{ ...A, size: 10 }, B]],
    ['records without a length', 'COMPRESSION_CORRUPT', [A, { ...pax({}), data: 'path=x\n' }, B]],
    ['records that are too short', 'COMPRESSION_CORRUPT', [A, { ...pax({}), data: '8 path=x\n' }, B]],
    ['records that are too long', 'COMPRESSION_CORRUPT', [A, { ...pax({}), data: '11 path=x\n' }, B]],
    ['records without a sign', 'COMPRESSION_CORRUPT', [A, { ...pax({}), data: '8 pathx\n' }, B]],
    ['records without a keyword', 'COMPRESSION_CORRUPT', [A, { ...pax({}), data: '5 =x\n' }, B]],
    ['records after zeros', 'COMPRESSION_CORRUPT', [A, { ...pax({}), data: '\x009 path=x\n' }, B]],
    ['a size in records that is no number', 'COMPRESSION_CORRUPT', [A, pax({ size: '1e3' }), B]],
    ['two extended headers in a row', 'COMPRESSION_CORRUPT', [pax({ path: 'x' }), pax({ path: 'y' }), B]],
    ['two long names in a row', 'COMPRESSION_CORRUPT', [long('x'), long('y'), B]],
    ['two long links in a row', 'COMPRESSION_CORRUPT', [long('x', 'K'), long('y', 'K'), B]],
    ['global records between a header and its entry', 'COMPRESSION_CORRUPT', [long('x'), pax({ path: 'y' }, 'g'), B]],
    ['an extended header at the end', 'COMPRESSION_CORRUPT', [A, pax({ path: 'x' })]],
    ['a long name at the end', 'COMPRESSION_CORRUPT', [A, long('x')]],
    ['a long name without a character', 'TAR_NAME_UNSAFE', [A, { ...long('x'), data: '' }, B]],
  ])('is refused: %s', async (_, code, files) => {
    for (const size of [100, 100_000])
      expect((await untarred(cut(tarFile(files), size), {}, { expect: 'tar' })).code).toBe(code);
  });

  it('after the end is refused, unless it is to be ignored', async () => {
    for (const rest of [tarFile([B]), Buffer.from('x'), Buffer.concat([ZEROS, ZEROS, Buffer.from('x')])]) {
      const file = Buffer.concat([tarFile([A]), rest]);
      expect((await untarred(cut(file, 500))).code).toBe('COMPRESSION_TRAILING_DATA');
      const { files, counters } = await untarred(cut(file, 500), { onTrailing: 'ignore' });
      expect([files, counters]).toEqual([[['a.csv', TEXT]], { files: 1, archivesWithTrailingData: 1 }]);
    }
    expect(
      (await untarred([Buffer.concat([tarFile([A]), Buffer.alloc(9001)])], { onTrailing: 'ignore' })).counters,
    ).toEqual({ files: 1 });
  });
});

describe('which files are read', () => {
  const names = ['a.csv', 'dir/a.csv', '._a.csv', 'dir/._a.csv', 'dir/.DS_Store', '__MACOSX/a'];
  const file = tarFile(names.map((name) => ({ name, data: name })));

  it.each<[TarOptions, readonly string[]]>([
    [{}, ['a.csv', 'dir/a.csv']],
    [{ entries: '*.csv' }, ['a.csv', '._a.csv']],
    [{ entries: ['dir/**', 'a.csv'] }, ['a.csv', 'dir/a.csv', 'dir/._a.csv', 'dir/.DS_Store']],
    [{ entries: ({ name, size }) => name.startsWith('dir') && size === 9 }, ['dir/a.csv']],
  ])('%o', async (options, wanted) => {
    const { files, counters } = await untarred([file], options);
    expect(files).toEqual(wanted.map((name) => [name, name]));
    expect(counters).toEqual({ files: wanted.length, filesLeftOut: names.length - wanted.length });
  });

  it('and one that is missing fails the item, as does a link in its place, unless that is to be ignored', async () => {
    const linked = tarFile([A, { name: 'c.csv', type: '1' }]);
    const { error } = await untarred([linked], { entries: ['a.csv', 'c.csv'] });
    expect(error).toMatchObject({ code: 'TAR_ENTRY_MISSING', details: { missing: ['c.csv'] } });
    const ignored = await untarred([linked], { entries: ['a.csv', 'c.csv'], onMissing: 'ignore' });
    expect(ignored).toMatchObject({ code: 'OK', counters: { files: 1, linksLeftOut: 1 } });
  });
});
