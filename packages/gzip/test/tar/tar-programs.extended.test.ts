import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, linkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { bzip2 } from '../../src/bzip2.ts';
import { tar } from '../../src/tar.ts';
import { cut, records } from '../gzip-file.ts';
import { untarred } from './drive-tar.ts';

// Archives as Python's tarfile and GNU tar write them, entry by entry.

type Named = readonly (readonly [name: string, content: string])[];

const FILES: Named = [
  ['a.csv', records(40)],
  ['folder/empty', ''],
  ['folder/block', 'x'.repeat(512)],
  [`${'n'.repeat(99)}`, '99'],
  [`${'m'.repeat(100)}`, '100'],
  [`${'l'.repeat(101)}`, '101'],
  [`${'deep/'.repeat(40)}ümlaut €.csv`, 'ü'],
  [`p${'q'.repeat(120)}/${'r'.repeat(90)}`, 'prefix'],
  ['large', records(9000)],
];
/** ustar has no way to write a name of this length, nor one without a slash where it has to be cut. */
const forUstar: Named = FILES.filter(([name]) => name.length < 100 || name.startsWith('pq') || name.startsWith('m'));

const asBytes = (files: Named): Named => files.map(([name, text]) => [name, Buffer.from(text).toString('latin1')]);

function program(command: string, args: readonly string[], input = ''): Buffer | undefined {
  try {
    return execFileSync(command, args, { input, maxBuffer: 1e9, stdio: ['pipe', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

const PYTHON = `
import tarfile,sys,json,io
how=json.loads(sys.argv[1])
out=io.BytesIO()
with tarfile.open(fileobj=out,mode='w:'+how['packed'],format=how['format'],encoding='utf-8') as t:
  folder=tarfile.TarInfo('folder'); folder.type=tarfile.DIRTYPE; t.addfile(folder)
  for name,text in json.load(sys.stdin):
    data=text.encode(); info=tarfile.TarInfo(name); info.size=len(data); info.mtime=1.5
    if how['format']==tarfile.PAX_FORMAT: info.pax_headers={'comment':'ü'}
    t.addfile(info,io.BytesIO(data))
  link=tarfile.TarInfo('link'); link.type=tarfile.SYMTYPE; link.linkname='z'*how['link']; t.addfile(link)
sys.stdout.buffer.write(out.getvalue())`;

const byPython = (
  files: Named,
  how: { readonly format: number; readonly packed: string; readonly link: number },
): Buffer | undefined => program('python3', ['-c', PYTHON, JSON.stringify(how)], JSON.stringify(files));

/** What Python reads from an archive: names and contents of its files, or `undefined` if it fails. */
const READ = `
import tarfile,sys,json,io
out=[]
with tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()),encoding='utf-8') as t:
  for m in t:
    if m.isreg(): out.append([m.name,t.extractfile(m).read().decode('latin-1')])
print(json.dumps(out))`;

describe.runIf(program('python3', ['-c', 'import tarfile']) !== undefined)('what Python archives', () => {
  const formats = { ustar: 0, gnu: 1, pax: 2 };

  it.each(
    Object.entries(formats).flatMap(([name, format]) =>
      ['', 'gz', 'bz2'].map((packed) => [name, packed, format] as const),
    ),
  )('is read: %s %s', { timeout: 60_000 }, async (name, packed, format) => {
    const files = name === 'ustar' ? forUstar : FILES;
    const file = byPython(files, { format, packed, link: name === 'ustar' ? 90 : 300 })!;
    for (const size of [100, 65_536]) {
      const read = await untarred(cut(file, size), {}, { formats: [bzip2(), tar()] });
      expect(read.files).toEqual(asBytes(files));
      expect(read.counters).toEqual({ files: files.length, linksLeftOut: 1 });
    }
  });

  it('is read as Python reads it, whatever the names and contents', { timeout: 300_000 }, async () => {
    const part = fc.stringMatching(/^[a-zé€ .-]{1,60}$/u).filter((one) => one !== '.' && one !== '..');
    const file = fc.tuple(
      fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/')),
      fc.string({ maxLength: 2000, unit: 'grapheme' }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(file, { maxLength: 6, minLength: 1, selector: ([name]) => name.replace(/^(\.\/+)+/, '') }),
        fc.constantFrom(1, 2),
        async (files, format) => {
          const bytes = byPython(files, { format, packed: '', link: 5 })!;
          const read = await untarred(cut(bytes, 700), { entries: () => true });
          const byPythonToo = JSON.parse(String(execFileSync('python3', ['-c', READ], { input: bytes }))) as Named;
          expect(read.files).toEqual(byPythonToo.map(([name, content]) => [name, content]));
          expect(read.files).toEqual(asBytes(files));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe.runIf(String(program('tar', ['--version'])).includes('GNU'))('what GNU tar archives', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-tar-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of FILES) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync('x'.repeat(200), join(folder, 'symbolic'));
  linkSync(join(folder, 'a.csv'), join(folder, 'second'));

  it.each(['gnu', 'oldgnu', 'pax', 'posix', 'ustar', 'v7'])('is read: %s', { timeout: 60_000 }, async (format) => {
    const files =
      format === 'v7'
        ? FILES.filter(([name]) => name.length < 100)
        : format === 'ustar'
          ? forUstar.filter(([name]) => name.length !== 101)
          : FILES;
    const names = [...files.map(([name]) => name), 'second'];
    const links = format === 'v7' || format === 'ustar' ? [] : ['symbolic'];
    const file = program('tar', ['-c', `--format=${format}`, '-f', '-', '-C', folder, ...names, ...links])!;
    expect((await untarred(cut(file, 1000))).files).toEqual(asBytes(files));
    // All of the folder, of which names begin with ./
    if (format === 'v7' || format === 'ustar') return;
    const all = program('tar', ['-c', `--format=${format}`, '--sort=name', '-f', '-', '-C', folder, '.'])!;
    const read = await untarred([all]);
    expect(read.files.toSorted().filter(([name]) => name !== 'second')).toEqual([...asBytes(files)].toSorted());
    expect(read.counters).toEqual({ files: files.length, linksLeftOut: 2 });
  });

  it('is refused if it has holes, unless those files are left out', async () => {
    writeFileSync(join(folder, 'holes'), 'x');
    truncateSync(join(folder, 'holes'), 1_000_000);
    for (const format of [
      ['gnu'],
      ['pax', '--sparse-version=0.0'],
      ['pax', '--sparse-version=0.1'],
      ['pax', '--sparse-version=1.0'],
    ]) {
      const file = program('tar', [
        '-c',
        '-S',
        `--format=${format[0]}`,
        ...format.slice(1),
        '-f',
        '-',
        '-C',
        folder,
        'holes',
        'a.csv',
      ])!;
      expect((await untarred([file])).error).toMatchObject({ code: 'TAR_SPARSE', part: 'holes' });
      expect((await untarred([file], { entries: '*.csv' })).files).toEqual([['a.csv', records(40)]]);
    }
  });

  it('is refused if it is spread over volumes', async () => {
    const volumes = [1, 2].map((n) => join(folder, `volume${n}`));
    for (const format of ['gnu', 'pax']) {
      // The script that asks for the next volume fails, after which tar ends; the two before it are complete.
      program(
        'tar',
        [
          '-c',
          `--format=${format}`,
          '-M',
          '-L',
          '100',
          ...volumes.flatMap((file) => ['-f', file]),
          '-C',
          folder,
          'large',
        ],
        'n\n',
      );
      const [first, second] = volumes.map((file) => program('cat', [file])!);
      expect((await untarred([first!])).code).toBe('COMPRESSION_TRUNCATED');
      expect((await untarred([second!])).code).toBe('TAR_VOLUME');
    }
  });

  it('is read up to 11 GB and more: its size is not in octal digits', async () => {
    // The header alone: its file is all holes, and never read to its end.
    writeFileSync(join(folder, 'huge'), '');
    truncateSync(join(folder, 'huge'), 11 * 1024 ** 3);
    for (const format of ['gnu', 'pax']) {
      const head = program('sh', ['-c', `tar -c --format=${format} -f - -C '${folder}' huge | head -c 4096`])!;
      const sizes: number[] = [];
      const { error } = await untarred([head], { entries: ({ size }) => sizes.push(size) > 0 });
      expect(sizes).toEqual([11 * 1024 ** 3]);
      expect(error).toMatchObject({
        code: 'COMPRESSION_TRUNCATED',
        part: 'huge',
        details: { format: 'tar', entry: 1 },
      });
    }
  });
});
