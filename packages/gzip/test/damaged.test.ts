import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inFull } from '../../../test/support/in-full.ts';
import { readTrailer } from '../src/gzip-framing.ts';
import { drive, driveBoth, type Outcome } from './drive.ts';
import { cut, member, records, samples } from './gzip-file.ts';

/** What damage inside the compressed data may show as. */
const DAMAGE = ['GZIP_CORRUPT', 'GZIP_CHECKSUM', 'GZIP_TRUNCATED'];

/** fflate knows two length and two distance symbols in fixed blocks that do not exist, and decodes nonsense from them. */
function agree(native: Outcome, fflate: Outcome): boolean {
  if (native.code === 'OK') return fflate.code === 'OK' && native.output.equals(fflate.output);
  return native.code === fflate.code || (native.code === 'GZIP_CORRUPT' && DAMAGE.includes(fflate.code));
}

describe('a file cut short', { timeout: 60_000 }, () => {
  it.each(Object.entries(samples()).filter(([name]) => name !== 'two members'))(
    'is refused wherever it is cut: %s',
    async (_, { file }) => {
      for (let length = 0; length < file.length; length++) {
        const { code, error } = await driveBoth({}, [file.subarray(0, length)]);
        expect([length, code, error?.details?.['offset']]).toEqual([length, 'GZIP_TRUNCATED', length]);
      }
    },
  );

  it('is refused in each member; between two, nothing shows that one is missing', async () => {
    const parts = [records(3), '', records(12)].map((text) => Buffer.from(text));
    const files = parts.map((part, n) => member(part, { headerCrc: n === 2, fileName: `${n}` }));
    const file = Buffer.concat(files);
    const boundaries = new Map([
      [files[0]!.length, parts[0]!],
      [files[0]!.length + files[1]!.length, parts[0]!],
    ]);
    for (let length = 0; length < file.length; length++) {
      const outcome = await driveBoth({}, cut(file.subarray(0, length), 50));
      expect([length, outcome.code]).toEqual([length, boundaries.has(length) ? 'OK' : 'GZIP_TRUNCATED']);
      if (boundaries.has(length)) expect(outcome.output).toEqual(boundaries.get(length));
    }
  });
});

describe('a file with one bit flipped', { timeout: 60_000 }, () => {
  it.each(Object.entries(samples()))('is never accepted with another output: %s', async (_, { payload, file }) => {
    let accepted = 0;
    let otherCode = 0;
    // A step that is odd meets each bit of a byte in turn.
    for (let bit = 0; bit < file.length * 8; bit += inFull ? 1 : 7) {
      const flipped = Buffer.from(file);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const native = await drive({ engine: 'native' }, [flipped]);
      const fflate = await drive({ engine: 'fflate' }, [flipped]);
      expect([bit, native.code, fflate.code]).toSatisfy(() => agree(native, fflate));
      if (native.code !== fflate.code) otherCode++;
      if (native.code !== 'OK') continue;
      accepted++;
      expect(native.output.equals(payload)).toBe(true);
    }
    // The text flag, time, extra flags and system of a header mean nothing for the content, and nor do up to 7 bits each
    // that fill the last byte of the deflate data and the byte before a stored block.
    const members = file.indexOf(Buffer.from([0x1f, 0x8b, 8]), 1) === -1 ? 1 : 2;
    expect(accepted).toBeLessThanOrEqual(members * (1 + 32 + 8 + 8 + 7 + 7));
    expect(otherCode).toBeLessThanOrEqual(file.length * 0.08);
  });
});

describe('a file changed at random', { timeout: 60_000 }, () => {
  it('has the same fate with both engines, and its own content where it is accepted', async () => {
    const files = Object.values(samples());
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      remove: fc.nat({ max: 3 }),
      insert: fc.uint8Array({ maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.array(change, { maxLength: 3 }), async ({ file }, changes) => {
        let changed = file;
        for (const { at, remove, insert } of changes) {
          const position = Math.trunc(at * changed.length);
          changed = Buffer.concat([changed.subarray(0, position), insert, changed.subarray(position + remove)]);
        }
        const native = await drive({ engine: 'native' }, [changed]);
        const fflate = await drive({ engine: 'fflate' }, [changed]);
        expect([native.code, fflate.code]).toSatisfy(() => agree(native, fflate));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a wrong file', () => {
  const good = member(Buffer.from('some,data\n'));
  const edited = (at: number, ...bytes: number[]): Buffer => {
    const file = Buffer.from(good);
    file.set(bytes, at < 0 ? file.length + at : at);
    return file;
  };
  const after = (...bytes: number[]): Buffer => Buffer.concat([good, Buffer.from(bytes)]);
  const headerCrc = member(Buffer.from('x'), { headerCrc: true });
  headerCrc[10]! ^= 1;

  it.each<[string, Buffer, string, Record<string, unknown>]>([
    ['nothing', Buffer.alloc(0), 'GZIP_TRUNCATED', { offset: 0, member: 1, memberOffset: 0 }],
    ['plain JSON', Buffer.from('{"a":1}\n'), 'GZIP_INVALID', { offset: 0 }],
    ['one byte that is not gzip', Buffer.from('x'), 'GZIP_INVALID', { offset: 0 }],
    ['zeros only', Buffer.alloc(64), 'GZIP_INVALID', { offset: 0 }],
    ['zlib format', deflateSync('some,data\n'), 'GZIP_INVALID', { offset: 0 }],
    ['another compression method', edited(2, 9), 'GZIP_INVALID', { offset: 2 }],
    ['reserved flags', edited(3, 0x20), 'GZIP_INVALID', { offset: 3 }],
    ['a wrong header CRC', headerCrc, 'GZIP_CHECKSUM', { offset: 11 }],
    ['a wrong CRC-32', edited(-8, good.at(-8)! ^ 1), 'GZIP_CHECKSUM', { offset: good.length - 5, member: 1 }],
    ['a wrong length', edited(-4, good.at(-4)! ^ 1), 'GZIP_CHECKSUM', { offset: good.length - 1, member: 1 }],
    ['a block of no known type', edited(10, 0b111), 'GZIP_CORRUPT', { offset: 10, member: 1 }],
    ['text behind', after(...Buffer.from('junk')), 'GZIP_TRAILING_DATA', { offset: good.length, member: 2 }],
    ['half a member behind', after(0x1f), 'GZIP_TRUNCATED', { offset: good.length + 1, member: 2 }],
    ['nearly a member behind', after(0x1f, 0x8c), 'GZIP_TRAILING_DATA', { offset: good.length + 1, member: 2 }],
    ['a damaged member behind', after(0x1f, 0x8b, 7), 'GZIP_INVALID', { offset: good.length + 2, member: 2 }],
    ['text behind padding', after(0, 0, 0, 65), 'GZIP_TRAILING_DATA', { offset: good.length + 3 }],
    ['a member behind padding', after(0, ...good), 'GZIP_TRAILING_DATA', { offset: good.length + 1 }],
    [
      'a wrong CRC in the first of two',
      Buffer.concat([edited(-8, good.at(-8)! ^ 1), good]),
      'GZIP_CHECKSUM',
      { member: 1, memberOffset: 0 },
    ],
    [
      'a wrong CRC in the second of two',
      Buffer.concat([good, edited(-8, good.at(-8)! ^ 1)]),
      'GZIP_CHECKSUM',
      { member: 2, memberOffset: good.length },
    ],
  ])('says what is wrong and where: %s', async (_, file, code, details) => {
    for (const size of [1, 3, 1000]) {
      const { error } = await driveBoth({}, cut(file, size));
      expect(error).toMatchObject({ code, details });
    }
  });

  it('keeps the cause where the compressed data is damaged', async () => {
    const { error } = await driveBoth({}, [edited(10, 0b111)]);
    expect(error?.cause).toBeInstanceOf(Error);
  });
});

describe('deflate blocks that fflate alone would take', () => {
  /** A member whose deflate data is written bit by bit: each entry is a value and its number of bits. */
  const bits = (...fields: readonly (readonly [value: number, bits: number])[]): Buffer => {
    const all = fields.flatMap(([value, count]) => Array.from({ length: count }, (_, bit) => (value >> bit) & 1));
    const bytes = Buffer.alloc(Math.ceil(all.length / 8) + 8);
    for (const [n, bit] of all.entries()) bytes[n >> 3]! |= bit << (n & 7);
    return Buffer.concat([member(Buffer.alloc(0)).subarray(0, 10), bytes]);
  };
  const dynamic = [0b101, 3] as const;
  /** Code length code: symbols 0 and 18 of one bit each. */
  const zerosOnly = [
    [14, 4],
    [0, 3],
    [0, 3],
    [1, 3],
    [1, 3],
    ...Array.from({ length: 14 }, () => [0, 3] as const),
  ] as const;

  it.each<[string, Buffer]>([
    ['a stored length without its complement', bits([1, 8], [0, 16], [0, 16])],
    ['too many length symbols', bits(dynamic, [30, 5], [0, 5], [0, 4], [0, 12])],
    ['too many distance symbols', bits(dynamic, [0, 5], [30, 5], [0, 4], [0, 12])],
    ['no code length code', bits(dynamic, [0, 5], [0, 5], [0, 4], [0, 12], [0, 400])],
    ['code lengths that overlap', bits(dynamic, [0, 5], [0, 5], [0, 4], [1, 3], [1, 3], [1, 3], [0, 3])],
    ['a repetition of nothing', bits(dynamic, [0, 5], [0, 5], [0, 4], [1, 3], [1, 3], [0, 6], [0, 3])],
    [
      'a repetition beyond the end',
      bits(dynamic, [0, 5], [0, 5], ...zerosOnly, ...Array.from({ length: 3 }, () => [255, 8] as const)),
    ],
    ['no end-of-block code', bits(dynamic, [0, 5], [0, 5], ...zerosOnly, [1, 1], [127, 7], [1, 1], [109, 7])],
  ])('are refused by both engines: %s', async (_, file) => {
    for (const size of [1, 1000]) expect(await driveBoth({}, cut(file, size))).toMatchObject({ code: 'GZIP_CORRUPT' });
  });
});

describe('a member of more than 4 GiB', () => {
  const reading =
    (stored: number, length: number): (() => void) =>
    () => {
      const reader = readTrailer(0, length, (code) => new Error(code) as never);
      reader.next();
      for (const byte of [0, 0, 0, 0, stored, 0, 0, 0]) reader.next(byte);
    };

  it('stores its length modulo 2^32', () => {
    expect(reading(5, 2 ** 32 + 5)).not.toThrow();
    expect(reading(6, 2 ** 32 + 5)).toThrow('GZIP_CHECKSUM');
  });
});
