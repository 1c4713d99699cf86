import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entry, fromBuffer, type ZipFile as YauzlFile } from 'yauzl';
import { inFull } from '../../../../test/support/in-full.ts';
import { cut } from '../gzip-file.ts';
import { unzipped } from './drive-zip.ts';
import { type ZipFile, zipFile } from './zip-file.ts';

// What yauzl reads, which goes by the directory, and what we do, of the same archives. Differences are explained.

type Named = readonly (readonly [name: string, content: string])[];

interface Theirs {
  readonly error: string | undefined;
  readonly files: Named;
}

async function theirs(bytes: Buffer): Promise<Theirs> {
  const files: [string, string][] = [];
  try {
    const archive = await new Promise<YauzlFile>((resolve, reject) =>
      fromBuffer(bytes, { lazyEntries: true }, (error, file) => (error ? reject(error) : resolve(file))),
    );
    await new Promise<void>((resolve, reject) => {
      archive.on('error', reject);
      archive.on('end', resolve);
      archive.on('entry', (entry: Entry) => {
        if (entry.fileName.endsWith('/')) return archive.readEntry();
        archive.openReadStream(entry, (error, stream) => {
          if (error) return reject(error);
          const chunks: Buffer[] = [];
          stream.on('data', (chunk: Buffer) => chunks.push(chunk));
          stream.on('error', reject);
          stream.on('end', () => {
            files.push([entry.fileName, Buffer.concat(chunks).toString('latin1')]);
            archive.readEntry();
          });
        });
      });
      archive.readEntry();
    });
    return { error: undefined, files };
  } catch (error) {
    return { error: (error as Error).message, files };
  }
}

/** Why we refuse what yauzl reads. */
const OUR_REASONS: Readonly<Record<string, string>> = {
  COMPRESSION_CHECKSUM: 'it does not verify CRC-32, nor what descriptors have',
  COMPRESSION_CORRUPT: 'it does not look at what is between files, nor at fields of local headers',
  COMPRESSION_TRUNCATED: 'it does not look at local headers, by which a file goes beyond the end',
  COMPRESSION_UNEXPECTED: 'it does not need a file at the beginning',
  ZIP_DIRECTORY_MISMATCH: 'it does not compare local headers with the directory',
  ZIP_ENCRYPTED: 'it does not look at the flags of local headers',
  ZIP_ENTRY_DUPLICATE: 'it reads a name twice',
  ZIP_ENTRY_MISSING: 'it does not mind that there is no file',
  ZIP_LENGTH_UNKNOWN: 'it takes the length from the directory',
  ZIP_METHOD_UNSUPPORTED: 'it does not look at the methods of local headers',
  ZIP_NAME_UNSAFE: 'it does not refuse control characters, nor the names of local headers',
  ZIP_NAME_TOO_LONG: 'it does not look at the names of local headers',
  ZIP_PREFIX: 'it does not look at what is before the first file',
};

/** Why yauzl refuses what we read. */
const THEIR_REASONS: readonly RegExp[] = [
  // Fields of the directory that do not matter here, and are not compared: times, versions, other extra fields.
  /extra field/i,
];

const WAYS: readonly Partial<ZipFile>[] = [
  {},
  { method: 0 },
  { descriptor: 'signed' },
  { descriptor: 'bare' },
  { descriptor: 'signed', method: 0 },
  { descriptor: 'bare', method: 0 },
  { zip64: true },
  { zip64: true, method: 0 },
];

const file = fc.record({
  name: fc.stringMatching(/^[a-z]{1,9}(\/[a-z]{1,9}){0,2}$/),
  data: fc.oneof(fc.constantFrom('', '\0'.repeat(100)), fc.string({ maxLength: 1500, unit: 'binary-ascii' })),
  way: fc.constantFrom(...WAYS),
});

describe('yauzl and we', { timeout: 120_000 }, () => {
  it('read the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(file, { minLength: 1, maxLength: 6, selector: ({ name }) => name }),
        fc.boolean(),
        fc.integer({ min: 1, max: 3000 }),
        async (files, zip64, size) => {
          const bytes = zipFile(
            files.map(({ name, data, way }) => ({ name, data, ...way })),
            { zip64 },
          );
          const expected = files.map(({ name, data }) => [name, Buffer.from(data).toString('latin1')]);
          // What is in a file may show a compression by chance, which is not what is compared here.
          const ours = await unzipped(cut(bytes, size));
          if (ours.code === 'COMPRESSION_UNSUPPORTED') return;
          expect(ours).toMatchObject({ code: 'OK', files: expected });
          expect(await theirs(bytes)).toEqual({ error: undefined, files: expected });
        },
      ),
      { numRuns: inFull ? 1000 : 100 },
    );
  });

  it('read the same of damaged archives, or differ for a reason', async () => {
    const samples = WAYS.map((way) =>
      zipFile([{ name: 'a', data: 'a'.repeat(60), ...way }, { name: 'd/' }, { name: 'd/b', data: 'b\n', ...way }]),
    );
    const change = fc.record({
      // A double would mostly be next to 0.
      at: fc.nat({ max: 9999 }).map((one) => one / 10_000),
      remove: fc.constantFrom(0, 0, 1, 2, 30),
      insert: fc.uint8Array({ maxLength: 2 }),
      flip: fc.nat({ max: 7 }),
    });
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(change, { minLength: 1, maxLength: 2 }),
        fc.boolean(),
        async (sample, changes, flips) => {
          let bytes = sample;
          for (const { at, remove, insert, flip } of changes) {
            const position = Math.trunc(at * bytes.length);
            bytes = flips
              ? Buffer.from(bytes)
              : Buffer.concat([bytes.subarray(0, position), insert, bytes.subarray(position + remove)]);
            if (flips) bytes[position]! ^= 1 << flip;
          }
          const ours = await unzipped([bytes], {}, { expect: 'zip' });
          const them = await theirs(bytes);
          seen.add(`${ours.code === 'OK' ? 'we' : ''} ${them.error === undefined ? 'they' : ''}`);
          if (ours.code === 'OK' && them.error === undefined)
            expect(ours.files.toSorted()).toEqual(them.files.toSorted());
          else if (ours.code === 'OK')
            expect(
              THEIR_REASONS.some((reason) => reason.test(them.error!)),
              them.error,
            ).toBe(true);
          else if (them.error === undefined) expect(Object.keys(OUR_REASONS)).toContain(ours.code);
        },
      ),
      { numRuns: inFull ? 5000 : 400 },
    );
    expect([...seen]).toEqual(expect.arrayContaining([' ', ' they', 'we they']));
  });
});
