import zlib from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deflater } from '../src/pack/deflater.ts';

const OPTIONS = { level: 6, memLevel: 8, windowBits: 15, strategy: 0 };

/** Texts of any length, alike and not. */
const texts = Array.from({ length: 120 }, (_, n) =>
  Buffer.from(Array.from({ length: (n * 37) % 900 }, (_, k) => `${(k * k * n) % 977},"é${k % 7}"`).join('\n')),
);

afterEach(() => vi.restoreAllMocks());

describe('the deflater', () => {
  it('gives the bytes of a compressor of its own for each text, however many are under way', async () => {
    const alone = texts.map((text) => zlib.deflateRawSync(text, OPTIONS));
    for (const atOnce of [1, 3, 50]) {
      const deflate = deflater(OPTIONS, atOnce);
      for (let round = 0; round < 2; round += 1) {
        const compressed = await Promise.all(texts.map((text) => deflate(text)));
        expect(compressed.every((bytes, n) => alone[n]!.equals(bytes))).toBe(true);
      }
    }
  });

  it('gives out what does not compress, whole', async () => {
    const noise = Buffer.from(Array.from({ length: 400 * 1024 }, (_, n) => (n * 2_654_435_761) >>> 13));
    const compressed = await deflater(OPTIONS, 1)(noise);
    expect(zlib.inflateRawSync(compressed).equals(noise)).toBe(true);
  });

  it('makes no more compressors than texts may be under way', async () => {
    const made = vi.spyOn(zlib, 'createDeflateRaw');
    const deflate = deflater(OPTIONS, 4);
    await Promise.all(texts.map((text) => deflate(text)));
    await Promise.all(texts.map((text) => deflate(text)));
    expect(made).toHaveBeenCalledTimes(4);
  });

  it('rejects where the compressor fails, and goes on with another', async () => {
    const create = zlib.createDeflateRaw;
    vi.spyOn(zlib, 'createDeflateRaw').mockImplementationOnce((options) => {
      const stream = create(options);
      stream._transform = (_chunk, _encoding, callback) => callback(new Error('out of memory'));
      return stream;
    });
    const deflate = deflater(OPTIONS, 1);
    const outcomes = await Promise.allSettled(texts.slice(10, 13).map((text) => deflate(text)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(outcomes[0]).toMatchObject({ reason: { message: 'out of memory' } });
  });
});
