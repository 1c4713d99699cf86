import { constants, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drive, ENGINES, start } from './drive.ts';
import { cut, member, records, samples } from './gzip-file.ts';

describe.each(ENGINES)('gunzip with engine %s', { timeout: 60_000 }, (engine) => {
  it.each(Object.entries(samples()))('decompresses: %s', async (_, { payload, file }) => {
    for (const chunks of [[file], cut(file, 1), cut(file, 7)]) {
      expect(await drive({ engine }, chunks)).toMatchObject({ code: 'OK', output: payload });
    }
  });

  it('reads every optional header field, and verifies the header CRC', async () => {
    const fields = { extra: Buffer.from([65, 66, 2, 0, 0, 255]), fileName: 'prices é.json', comment: 'of today' };
    for (const headerCrc of [false, true]) {
      const file = member(Buffer.from('x,y\n'), { ...fields, headerCrc });
      expect(await drive({ engine }, cut(file, 1))).toMatchObject({ code: 'OK', output: Buffer.from('x,y\n') });
    }
  });

  it('reads header fields as long as it may', async () => {
    const file = member(Buffer.from('x'), { extra: Buffer.alloc(65_535, 1), comment: 'c'.repeat(300_000) });
    expect(await drive({ engine, maxHeaderBytes: 1_000_000 }, cut(file, 65_536))).toMatchObject({
      code: 'OK',
      output: Buffer.from('x'),
    });
  });

  it('joins members, empty ones among them', async () => {
    const parts = ['', 'a', '', '', records(40), 'b', ''].map((text) => Buffer.from(text));
    const file = Buffer.concat(parts.map((part) => member(part)));
    for (const size of [1, 13, file.length]) {
      expect(await drive({ engine }, cut(file, size))).toMatchObject({ code: 'OK', output: Buffer.concat(parts) });
    }
  });

  it('joins many small members and large ones behind them', async () => {
    const large = Buffer.from(records(30_000));
    const parts = [
      ...Array.from({ length: 300 }, (_, n) => Buffer.from(`member ${n}\n`)),
      large,
      Buffer.from('end'),
      large,
    ];
    const file = Buffer.concat(parts.map((part) => member(part)));
    for (const size of [1000, 65_536]) {
      const { code, output } = await drive({ engine }, cut(file, size));
      expect(code).toBe('OK');
      expect(output.equals(Buffer.concat(parts))).toBe(true);
    }
  });

  it('accepts zero padding of any length behind the last member', async () => {
    for (const padding of [1, 2, 511, 100_000]) {
      const file = Buffer.concat([member(Buffer.from('x')), Buffer.alloc(padding)]);
      for (const chunks of [[file], cut(file, file.length - padding), cut(file, 1000)]) {
        expect(await drive({ engine }, chunks)).toMatchObject({ code: 'OK', output: Buffer.from('x') });
      }
    }
  });

  it('yields chunks of at most 256 KiB, each its own for good', async () => {
    const small = Buffer.from('a small member');
    const payload = Buffer.concat([small, small, Buffer.from(records(40_000)), Buffer.alloc(4_000_000)]);
    const file = Buffer.concat([member(small), member(small), gzipSync(payload.subarray(2 * small.length))]);
    const stage = start({ engine });
    const outputs: Uint8Array[] = [];
    const copies: Buffer[] = [];
    for (const chunk of cut(file, 20_000)) {
      for await (const output of stage.push(chunk)) {
        outputs.push(output);
        copies.push(Buffer.from(output));
      }
    }
    stage.close();
    expect(Buffer.concat(outputs).equals(payload)).toBe(true);
    expect(Math.max(...outputs.map(({ length }) => length))).toBeLessThanOrEqual(256 * 1024);
    expect(outputs.filter((output, n) => !copies[n]?.equals(output))).toEqual([]);
    expect(outputs.every((output) => output.length > 0 && output.constructor === Uint8Array)).toBe(true);
  });

  it('gives the same output however members and chunks are cut', async () => {
    const strategies = [constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_RLE, constants.Z_HUFFMAN_ONLY];
    const payloads = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc.nat({ max: 400 }).map((count) => Buffer.from(records(count))),
      fc.nat({ max: 200_000 }).map((length) => Buffer.alloc(length, 'ab')),
    );
    const members = fc.array(
      fc.record({
        payload: payloads,
        level: fc.nat({ max: 9 }),
        strategy: fc.constantFrom(...strategies),
        memLevel: fc.integer({ min: 1, max: 9 }),
        headerCrc: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    );
    const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5000 })), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(members, sizes, fc.nat({ max: 20 }), async (parts, lengths, padding) => {
        const file = Buffer.concat([
          ...parts.map(({ payload, ...options }) => member(payload, options)),
          Buffer.alloc(padding),
        ]);
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < file.length;) {
          const chunk = file.subarray(at, at + lengths[chunks.length % lengths.length]!);
          chunks.push(chunk);
          at += chunk.length;
        }
        const { code, output } = await drive({ engine }, chunks);
        expect(code).toBe('OK');
        expect(output.equals(Buffer.concat(parts.map(({ payload }) => payload)))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
