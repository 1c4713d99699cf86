import zlib from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deflater } from '../src/pack/deflater.ts';

const OPTIONS = { level: 6, memLevel: 8, windowBits: 15, strategy: 0 };

/** Texts of any length, alike and not. */
const texts = Array.from({ length: 120 }, (_, n) =>
  Buffer.from(Array.from({ length: (n * 37) % 900 }, (_, k) => `${(k * k * n) % 977},"é${k % 7}"`).join('\n')),
);

/** Packs of two lines, of which the second ends as the first does: zlib looks for what follows there. */
const ENDINGS = ['ab', 'zz9', 'q', '', 'x'.repeat(3000)].flatMap((end) => [
  Buffer.from(`null\n{"n":1,"t":"${end}"}\n{"n":2,"t":"-${end}"}`),
  Buffer.from(`["n","t"]\n[1,"${end}"]\n[2,"-${end}"]`),
]);

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

  it(
    'gives the same bytes for a text, whatever byte an earlier one left after its end',
    { timeout: 120_000 },
    async () => {
      for (const text of ENDINGS) {
        const alone = zlib.deflateRawSync(text, OPTIONS);
        for (const more of [1, 2, 300, 40_000]) {
          const deflate = deflater(OPTIONS, 1);
          for (let byte = 0; byte < 256; byte += 1) {
            await deflate(Buffer.alloc(text.byteLength + more, byte));
            expect(alone.equals(await deflate(text)), `byte ${byte}, ${more} longer`).toBe(true);
          }
          // Neither a shorter text before it nor one of the same length leaves anything there.
          for (const length of [0, 1, text.byteLength - 1, text.byteLength]) await deflate(Buffer.alloc(length, '\n'));
          expect(alone.equals(await deflate(text))).toBe(true);
        }
      }
    },
  );

  it('gives out what does not compress, whole', async () => {
    const noise = Buffer.from(Array.from({ length: 400 * 1024 }, (_, n) => (n * 2_654_435_761) >>> 13));
    const compressed = await deflater(OPTIONS, 1)(noise);
    expect(zlib.inflateRawSync(compressed).equals(noise)).toBe(true);
  });

  it('uses a compressor again for texts that do not get shorter', async () => {
    const made = vi.spyOn(zlib, 'createDeflateRaw');
    const deflate = deflater(OPTIONS, 4);
    const growing = texts.toSorted((a, b) => a.byteLength - b.byteLength);
    for (const text of growing) await deflate(text);
    expect(made).toHaveBeenCalledTimes(1);
    for (const text of growing.slice(-4)) await deflate(Buffer.from(text).fill('x'));
    expect(made.mock.calls.length).toBeLessThan(6);
  });

  it('keeps a bounded number of compressors', async () => {
    const create = zlib.createDeflateRaw;
    let open = 0;
    let most = 0;
    vi.spyOn(zlib, 'createDeflateRaw').mockImplementation((options) => {
      open += 1;
      most = Math.max(most, open);
      const stream = create(options);
      const close = stream.close.bind(stream);
      stream.close = (callback) => {
        open -= 1;
        close(callback);
      };
      return stream;
    });
    const deflate = deflater(OPTIONS, 4);
    // The longest first: of the shorter ones that follow, none fits.
    const shrinking = texts.toSorted((a, b) => b.byteLength - a.byteLength);
    for (const text of shrinking) await deflate(text);
    await Promise.all(shrinking.map((text) => deflate(text)));
    // A new one is made before an old one is closed.
    expect(most).toBeLessThanOrEqual(9);
    expect(open).toBeLessThanOrEqual(8);
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
