import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { inspect } from '../src/index.ts';

const TABLE = 'id,name\n1,ä\n2,ö\n3,ü\n4,ß\n';
const large = (rows: number): string =>
  `id,name\n${Array.from({ length: rows }, (_, id) => `${id},name of the record ${id}\n`).join('')}`;

describe('what is read', () => {
  it('is the same from bytes, a file, a stream and ranges', async () => {
    const bytes = Buffer.from(TABLE);
    const folder = mkdtempSync(join(tmpdir(), 'inspect-'));
    const path = join(folder, 'a.csv');
    writeFileSync(path, bytes);
    const ranges = {
      name: 'a.csv',
      size: bytes.length,
      read: async (start: number, length: number) => bytes.subarray(start, start + length),
    };
    const all = [
      await inspect(bytes, { name: 'a.csv' }),
      await inspect(path),
      await inspect(Readable.from([bytes.subarray(0, 9), bytes.subarray(9)]), { name: 'a.csv' }),
      await inspect(ranges),
    ];
    rmSync(folder, { recursive: true });
    const comparable = all.map(({ bytesRead: _read, bytes: _size, ...rest }) => rest);
    expect(all[0]).toMatchObject({ format: { value: 'csv' }, recordsTotal: 4, bytesRead: bytes.length });
    for (const one of comparable) expect(one).toEqual(comparable[0]);
  });

  it('is at most what is allowed, with some of it from the middle and the end', async () => {
    const bytes = Buffer.from(`${large(20_000)}x,last\n`);
    const reads: (readonly [number, number])[] = [];
    const read = async (start: number, length: number): Promise<Uint8Array> => {
      reads.push([start, length]);
      return bytes.subarray(start, start + length);
    };
    const finding = await inspect({ size: bytes.length, read }, { maxBytes: 64 * 1024 });
    expect(finding.bytesRead).toBeLessThanOrEqual(64 * 1024);
    expect(reads.reduce((sum, [, length]) => sum + length, 0)).toBe(finding.bytesRead);
    expect(Math.max(...reads.map(([start, length]) => start + length))).toBeGreaterThan(bytes.length - 16);
    expect(finding).toMatchObject({ complete: false, format: { value: 'csv' } });
    expect(finding.recordsTotal).toBeUndefined();
    // The last value shows that the column does not hold integers only.
    expect(finding.columns[0]!.type.value).toBe('text');
  });

  it('never makes a number sure of which not all was seen', async () => {
    const { columns, charset } = await inspect(Buffer.from(large(5000)), { maxBytes: 4096 });
    expect(columns[0]!.type.value).toBe('integer');
    expect(columns[0]!.type.confidence).toBeLessThan(0.9);
    expect(charset!.confidence).toBeLessThan(0.9);
  });

  it('refuses options that do not exist', async () => {
    await expect(inspect(Buffer.from('a'), { maxBytes: 1 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(inspect(Buffer.from('a'), { sizes: 1 } as object)).rejects.toMatchObject({ code: 'OPTION_UNKNOWN' });
  });

  it('ends when its signal says so', async () => {
    await expect(inspect(Buffer.from('a'), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
  });
});

describe('odd content', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '"',
      "'",
      ',',
      ';',
      '\t',
      '\n',
      '\r',
      '\r\n',
      '{',
      '[',
      ']',
      '}',
      '<',
      '</a>',
      '<a b="',
      '\0',
      '\ufeff',
      'PAR1',
      'PK\x03\x04',
      '\x1f\x8b\x08',
      'sep=;\n',
      '# ',
      ' ',
    ),
    fc.string({ maxLength: 8 }),
  );

  it('never makes it reject, and gives plain data', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 60 }),
        fc.constantFrom('x.csv', 'x.xlsx', 'x.json.gz', 'x'),
        async (pieces, name) => {
          const finding = await inspect(Buffer.from(pieces.join('')), { name });
          expect(JSON.parse(JSON.stringify(finding))).toEqual(finding);
          for (const guess of [finding.format, finding.compression, ...finding.columns.map(({ type }) => type)]) {
            expect(guess.confidence).toBeGreaterThanOrEqual(0);
            expect(guess.confidence).toBeLessThanOrEqual(1);
            expect(guess.runnerUp?.confidence ?? 0).toBeLessThanOrEqual(guess.confidence);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('bytes that are nothing are unknown', async () => {
    const noise = Uint8Array.from({ length: 5000 }, (_, index) => (index * index * 31 + (index >> 3)) & 0xff);
    expect((await inspect(noise)).format.value).toBe('unknown');
    expect((await inspect(new Uint8Array(0))).format.value).toBe('empty');
  });

  it.each(['utf-16le', 'utf-16be'])('%s is text with and without its mark', async (charset) => {
    const bytes = iconv.encode(TABLE, charset);
    expect(await inspect(bytes)).toMatchObject({ charset: { value: charset }, byteOrderMark: false, recordsSeen: 4 });
    const marked = iconv.encode(`\ufeff${TABLE}`, charset);
    expect(await inspect(marked)).toMatchObject({ charset: { value: charset }, byteOrderMark: true, recordsSeen: 4 });
  });
});
