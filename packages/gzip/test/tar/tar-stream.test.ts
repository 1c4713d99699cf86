import fc from 'fast-check';
import { extract, type Headers, pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { inFull } from '../../../../test/support/in-full.ts';
import { cut } from '../gzip-file.ts';
import { untarred } from './drive-tar.ts';
import { long, pax, type TarFile, tarFile, ZEROS } from './tar-file.ts';

// What tar-stream reads, and what we do, of the same archives. Differences are explained, each by name.

type Named = readonly (readonly [name: string, content: string])[];

interface Theirs {
  readonly error: string | undefined;
  readonly files: Named;
}

/** The files that tar-stream reads, with their names as we have them. */
async function theirs(bytes: Uint8Array): Promise<Theirs> {
  const reader = extract({ allowUnknownFormat: true });
  const files: [string, string][] = [];
  reader.end(Buffer.from(bytes));
  try {
    for await (const entry of reader) {
      const { type, name, size } = entry.header as Headers;
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      if (type !== 'file' && type !== 'contiguous-file') continue;
      if (size === 0 && name.endsWith('/')) continue;
      files.push([name.replace(/^(?:\.\/+)+/, ''), Buffer.concat(chunks).toString('latin1')]);
    }
    return { error: undefined, files };
  } catch (error) {
    return { error: (error as Error).message, files };
  }
}

/** An archive as tar-stream writes it. */
async function packed(files: Named): Promise<Buffer> {
  const writer = pack();
  for (const [name, content] of files) writer.entry({ name, mtime: new Date(0) }, Buffer.from(content, 'latin1'));
  writer.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of writer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Why we refuse what tar-stream reads; `undefined` if nothing explains it. */
function ourReason(code: string, bytes: Uint8Array, { files }: Theirs): string | undefined {
  switch (code) {
    case 'COMPRESSION_TRUNCATED':
      return bytes.length % 512 === 0 ? 'it takes an archive without zeros at its end for complete' : undefined;
    case 'COMPRESSION_TRAILING_DATA':
      return 'it passes over zeros, and reads on';
    case 'COMPRESSION_CHECKSUM':
      return files.some(([, content]) => content.slice(257, 262) === 'ustar')
        ? 'it opens no archive in an archive'
        : undefined;
    case 'COMPRESSION_CORRUPT':
      return 'it takes no notice of records that are not valid, or of an extended header without an entry';
    case 'TAR_ENTRY_DUPLICATE':
      return new Set(files.map(([name]) => name)).size < files.length ? 'it reads a file twice' : undefined;
    case 'TAR_NAME_UNSAFE':
      return 'it leaves names as they are';
    case 'TAR_SPARSE':
    case 'TAR_VOLUME':
    case 'TAR_TYPE_UNSUPPORTED':
      return 'it passes over types that it does not know';
    default:
      return undefined;
  }
}

/** Names of which only ASCII is left: we read bytes that are not UTF-8 as Latin-1, and it replaces them. */
function plain(files: Named): Named {
  return files.map(([name, content]) => [name.replace(/[^\0-\x7f]+/g, '?'), content]);
}

const name = fc
  .oneof(
    fc.stringMatching(/^[a-zé€]{1,20}(\/[a-z .]{0,9}[a-z]){0,3}$/u),
    fc.stringMatching(/^[a-z]{90,99}\/[a-z]{1,120}$/),
  )
  // Brotli has no mark: a file is decompressed because of this ending.
  .filter((one) => !one.endsWith('.br'));
const content = fc.oneof(
  fc.constantFrom('', 'x'.repeat(512), 'x'.repeat(1024)),
  fc.string({ maxLength: 1500, unit: 'binary-ascii' }),
);
const entries = fc.uniqueArray(fc.tuple(name, content), { minLength: 1, maxLength: 6, selector: ([one]) => one });

describe('tar-stream and we', { timeout: 120_000 }, () => {
  it('read the same of what it writes', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.integer({ min: 1, max: 3000 }), async (files, size) => {
        const bytes = await packed(files);
        const ours = await untarred(cut(bytes, size), { entries: () => true });
        expect(ours).toMatchObject({ code: 'OK', files });
        expect(await theirs(bytes)).toEqual({ error: undefined, files });
      }),
      { numRuns: inFull ? 1000 : 100 },
    );
  });

  it('read the same of damaged archives, or differ for a reason', async () => {
    const samples = [
      tarFile([
        { name: 'a.csv', data: 'a,1\n' },
        pax({ path: 'é/b.csv' }),
        { name: 'b', data: 'b'.repeat(600) },
        { name: 'd/', type: '5' },
      ]),
      tarFile([
        long('c'.repeat(120)),
        { name: 'c', form: 'gnu', data: 'c\n' },
        { name: 'l', type: '2' },
        { name: 'e', prefix: 'p' },
      ]),
      tarFile([
        pax({ comment: 'x' }, 'g'),
        { name: './f', data: 'f' },
        { name: 'v7', form: 'v7', type: '\0', data: 'v' },
      ]),
      await packed([
        ['z/é', 'z'.repeat(700)],
        [`${'n'.repeat(99)}/${'m'.repeat(50)}`, ''],
      ]),
    ];
    const change = fc.record({
      // A double would mostly be next to 0.
      at: fc.nat({ max: 9999 }).map((one) => one / 10_000),
      isBlock: fc.boolean(),
      remove: fc.constantFrom(0, 1, 512, 1024, 100_000),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 3 }),
        fc.constantFrom<Uint8Array>(ZEROS, ...samples.map((one) => one.subarray(0, 1024))),
      ),
    });
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(change, { minLength: 1, maxLength: 2 }),
        async (sample, changes) => {
          let bytes = sample;
          for (const { at, isBlock, remove, insert } of changes) {
            const exact = Math.trunc(at * bytes.length);
            const position = isBlock ? exact - (exact % 512) : exact;
            bytes = Buffer.concat([bytes.subarray(0, position), insert, bytes.subarray(position + remove)]);
          }
          const ours = await untarred([bytes], { entries: () => true, onMissing: 'ignore' }, { expect: 'tar' });
          const them = await theirs(bytes);
          if (ours.code === 'COMPRESSION_UNEXPECTED') {
            // What does not begin as tar does is not read here; tar-stream takes nothing, or only zeros, for an archive.
            expect(
              them.error !== undefined || them.files.length === 0 || bytes.subarray(0, 512).every((byte) => byte === 0),
            ).toBe(true);
            return;
          }
          seen.add(`${ours.code === 'OK' ? 'we' : ''} ${them.error === undefined ? 'they' : ''}`);
          // Zeros at the end that are no full block are an error there, after which nothing is missing.
          const error = bytes.length % 512 === 0 ? undefined : them.error;
          if (ours.code === 'OK')
            expect({ ...them, files: plain(them.files) }).toEqual({ error, files: plain(ours.files) });
          else if (them.error === undefined)
            expect([ours.code, ourReason(ours.code, bytes, them)]).toEqual([ours.code, expect.any(String)]);
        },
      ),
      { numRuns: inFull ? 5000 : 400 },
    );
    expect([...seen]).toEqual(expect.arrayContaining([' ', ' they', 'we they']));
  });

  it('differ in what the tests above do not meet by chance', async () => {
    const differences: readonly (readonly [why: string, files: readonly TarFile[], ours: unknown, theirs: unknown])[] =
      [
        // It takes the size of a hard link for that of a content.
        [
          'a link with a size',
          [
            { name: 'l', type: '1', size: 512 },
            { name: 'a', data: 'a' },
          ],
          [['a', 'a']],
          'error',
        ],
        // It does not read names of one byte each.
        ['a name in ISO-8859-1', [{ name: Buffer.from('é', 'latin1'), data: 'a' }], [['é', 'a']], [['\ufffd', 'a']]],
        // It applies global records only to an entry that has records of its own.
        ['global records', [pax({ path: 'g' }, 'g'), { name: 'a', data: 'a' }], [['g', 'a']], [['a', 'a']]],
        // It knows no sum of signed bytes.
        ['a sum of signed bytes', [{ name: 'é', data: 'a', isSigned: true }], [['é', 'a']], 'error'],
      ];
    for (const [why, files, ours, them] of differences) {
      const bytes = tarFile(files);
      expect([why, (await untarred([bytes])).files]).toEqual([why, ours]);
      const { error, files: read } = await theirs(bytes);
      expect([why, error === undefined ? read : 'error']).toEqual([why, them]);
    }
  });
});
