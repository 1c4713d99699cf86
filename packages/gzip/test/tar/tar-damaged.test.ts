import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inFull } from '../../../../test/support/in-full.ts';
import { cut } from '../gzip-file.ts';
import { untarred } from './drive-tar.ts';
import { entry, long, pax, type TarFile, tarFile } from './tar-file.ts';

/** The codes that damage may come to. */
const DAMAGE = /^(COMPRESSION_(CORRUPT|CHECKSUM|TRUNCATED|TRAILING_DATA|UNEXPECTED)|TAR_\w+)$/;

/** Every kind of header, and contents on both sides of a block's end. */
const FILES: readonly (readonly [files: readonly TarFile[], name: string, content: string])[] = [
  [[{ name: 'a.csv', data: 'a,1\n' }], 'a.csv', 'a,1\n'],
  [[pax({ path: 'é/b.csv', size: '513' }), { name: 'b', data: 'b'.repeat(513) }], 'é/b.csv', 'b'.repeat(513)],
  [[{ name: 'folder/', type: '5' }, { name: 'link', type: '2' }, { name: 'empty' }], 'empty', ''],
  [
    [
      long('c/'.repeat(60)),
      { name: 'c/'.repeat(60), type: '5' },
      long('d'.repeat(120)),
      { name: 'd'.repeat(100), data: 'd\n' },
    ],
    'd'.repeat(120),
    'd\n',
  ],
  [[{ name: 'e', prefix: 'p', data: 'e'.repeat(512) }], 'p/e', 'e'.repeat(512)],
];
const EXPECTED = FILES.map(([, name, content]) => [name, content] as const);
const FILE = tarFile(FILES.flatMap(([files]) => files));

/** What each block of the archive is. */
const BLOCKS: readonly ('header' | 'extension' | 'content' | 'zeros')[] = [
  ...FILES.flatMap(([files]) =>
    files.flatMap((file) => {
      const content = ['x', 'L'].includes(file.type ?? '0') ? ('extension' as const) : ('content' as const);
      return ['header' as const, ...Array.from({ length: entry(file).length / 512 - 1 }, () => content)];
    }),
  ),
  'zeros',
  'zeros',
];

describe('a damaged archive', { timeout: 120_000 }, () => {
  it('fails wherever it is cut before the zeros at its end', async () => {
    for (let length = 1; length < FILE.length - 512; length += inFull ? 1 : 3) {
      const { code } = await untarred([FILE.subarray(0, length)], {}, { expect: 'tar' });
      expect([length, code]).toEqual([length, length < 512 ? 'COMPRESSION_UNEXPECTED' : 'COMPRESSION_TRUNCATED']);
    }
    for (let length = FILE.length - 512; length <= FILE.length; length += 1) {
      expect((await untarred([FILE.subarray(0, length)])).files).toEqual(EXPECTED);
    }
  });

  it('gives no other name, and no content of another file, wherever a byte is wrong in a header or at the end', async () => {
    for (const [at, byte] of FILE.entries()) {
      const kind = BLOCKS[at >> 9];
      if (kind !== 'header' && kind !== 'zeros') continue;
      for (const change of inFull ? [1, 0x20, 0x80, 0xff] : [[1, 0x20, 0x80, 0xff][at % 4]!]) {
        const changed = Buffer.from(FILE);
        changed[at] = byte ^ change;
        const { code, files } = await untarred([changed], {}, { expect: 'tar' });
        if (code === 'OK') expect(files, `byte ${at}`).toEqual(EXPECTED);
        else expect(code, `byte ${at}`).toMatch(DAMAGE);
      }
    }
  });

  it('changes only the file in which a byte is wrong, as there is no checksum of contents', async () => {
    for (const [at, byte] of FILE.entries()) {
      const kind = BLOCKS[at >> 9];
      if (kind !== 'content' && kind !== 'extension') continue;
      const changed = Buffer.from(FILE);
      changed[at] = byte ^ 0x03;
      const { code, files } = await untarred([changed]);
      if (code !== 'OK') {
        // A content cannot fail; the records that name a file, or say how long it is, can.
        expect([at, kind]).toEqual([at, 'extension']);
        expect(code, `byte ${at}`).toMatch(DAMAGE);
        continue;
      }
      expect(files).toHaveLength(EXPECTED.length);
      const others = files.filter(([name, content], index) => {
        const [rightName, rightContent] = EXPECTED[index]!;
        return name !== rightName || content !== rightContent;
      });
      expect(others.length, `byte ${at}`).toBeLessThanOrEqual(1);
      if (kind === 'content') expect(files.map(([name]) => name)).toEqual(EXPECTED.map(([name]) => name));
    }
  });

  it('comes to the same for every way to cut it, and to a code, however it is changed', async () => {
    const change = fc.record({
      // A double would mostly be next to 0.
      at: fc.nat({ max: 9999 }).map((one) => one / 10_000),
      remove: fc.constantFrom(0, 1, 3, 512, 1024),
      insert: fc.oneof(fc.uint8Array({ maxLength: 3 }), fc.constantFrom(new Uint8Array(512), FILE.subarray(0, 512))),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 2000 }),
        async (changes, size) => {
          let changed = FILE;
          for (const { at, remove, insert } of changes) {
            const position = Math.trunc(at * changed.length);
            changed = Buffer.concat([changed.subarray(0, position), insert, changed.subarray(position + remove)]);
          }
          const whole = await untarred([changed], {}, { expect: 'tar' });
          const pieces = await untarred(cut(changed, size), {}, { expect: 'tar' });
          expect([pieces.code, pieces.files]).toEqual([whole.code, whole.files]);
          expect(whole.code).toMatch(/^OK$|^COMPRESSION_|^TAR_/);
        },
      ),
      { numRuns: inFull ? 2000 : 200 },
    );
  });
});
