import { execFileSync } from 'node:child_process';
import { isMillraceError, type MillraceError } from '@millrace/core';
import { decompressorCases, runDecoder } from '@millrace/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inFull } from '../../../../test/support/in-full.ts';
import { bzip2 } from '../../src/bzip2.ts';
import { decompress, type DecompressOptions } from '../../src/index.ts';
import { bomb, cut } from '../gzip-file.ts';
import { bzip2Samples } from './bzip2-samples.ts';

const samples = bzip2Samples();
const sample = (wanted: string): (typeof samples)[number] => samples.find(({ name }) => name === wanted)!;
const create = (options: DecompressOptions = {}): ReturnType<typeof decompress> =>
  decompress({ formats: [bzip2()], expect: 'bzip2', ...options });

interface Outcome {
  readonly output: Buffer;
  readonly code: string;
  readonly error?: MillraceError;
}

async function drive(chunks: readonly Uint8Array[], options: DecompressOptions = {}, name = 'a'): Promise<Outcome> {
  try {
    const item = { id: name, uri: `s3://b/${name}` };
    return { output: Buffer.concat((await runDecoder(create(options), chunks, { item })).values), code: 'OK' };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return { output: Buffer.alloc(0), code: error.code, error };
  }
}

/** What damage may show as. */
const DAMAGE = ['CORRUPT', 'CHECKSUM', 'TRUNCATED', 'TRAILING_DATA', 'UNEXPECTED'].map((kind) => `COMPRESSION_${kind}`);

describe('the conformance cases with bzip2', { timeout: 120_000 }, () => {
  const { file, payload } = sample('text');
  const zeros = sample('zeros');
  const many = Buffer.concat(Array.from({ length: 13 }, () => zeros.file));
  const cases = decompressorCases({
    create,
    expansion: { input: many, outputLength: 13 * zeros.payload.length },
    endless: [{ name: 'a block without an end', first: file.subarray(0, 60), chunk: Buffer.alloc(65_536, 0x5a) }],
    samples: [
      ...samples
        .filter(({ name }) => name !== 'zeros')
        .map((one) => ({ ...one, input: one.file, outputs: [one.payload] })),
      { name: 'nothing at all', input: Buffer.alloc(0), error: 'COMPRESSION_TRUNCATED' },
      { name: 'two streams', input: Buffer.concat([file, file]), outputs: [payload, payload] },
      { name: 'cut short', input: file.subarray(0, -3), error: 'COMPRESSION_TRUNCATED' },
      { name: 'text behind', input: Buffer.concat([file, Buffer.from('text')]), error: 'COMPRESSION_TRAILING_DATA' },
      { name: 'zeros behind', input: Buffer.concat([file, Buffer.alloc(9)]), error: 'COMPRESSION_TRAILING_DATA' },
      { name: 'text', input: Buffer.from('BZhurrying along'), error: 'COMPRESSION_CORRUPT' },
      { name: 'before 0.9.5', input: flipped(file, 14 * 8), error: 'COMPRESSION_CORRUPT' },
    ].map((one) => ({
      input: one.input,
      name: one.name,
      ...('error' in one ? { error: one.error } : { outputs: one.outputs }),
    })),
  });
  it.each(cases.map((one) => [`${one.clause} ${one.name}`, one.run] as const))('%s', (_, run) => run());
});

function flipped(file: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(file);
  copy[bit >> 3]! ^= 0x80 >> (bit & 7);
  return copy;
}

describe('a damaged bzip2 file', { timeout: 120_000 }, () => {
  it('fails wherever it is cut', async () => {
    for (const name of ['nothing', 'one byte', 'text', 'runs of every length around 4 and 259, one at the end']) {
      const { file } = sample(name);
      for (let length = 0; length < file.length; length++) {
        const { code } = await drive([file.subarray(0, length)]);
        const isTold = length === 0 || length >= 3;
        expect([name, length, code]).toEqual([
          name,
          length,
          isTold ? 'COMPRESSION_TRUNCATED' : 'COMPRESSION_UNEXPECTED',
        ]);
      }
    }
  });

  it('fails with a code wherever a bit is wrong', async () => {
    for (const name of ['nothing', 'one byte', 'text']) {
      const { file, payload } = sample(name);
      // A step that is odd meets each bit of a byte in turn.
      for (let bit = 0; bit < file.length * 8; bit += inFull ? 1 : 7) {
        const { code, output } = await drive([flipped(file, bit)]);
        // A larger block size, codes that nothing uses and the last bits of the last byte change nothing.
        if (code === 'OK') expect(output.equals(payload), `${name}, bit ${bit}`).toBe(true);
        else expect(DAMAGE, `${name}, bit ${bit}`).toContain(code);
      }
    }
  });

  it('changed at random, comes to its own content or to a code', async () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      remove: fc.nat({ max: 3 }),
      insert: fc.uint8Array({ maxLength: 3 }),
    });
    const files = samples.filter(({ name }) => name !== 'zeros');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { maxLength: 3 }),
        async ({ file, payload }, changes) => {
          let changed = file;
          for (const { at, remove, insert } of changes) {
            const position = Math.trunc(at * changed.length);
            changed = Buffer.concat([changed.subarray(0, position), insert, changed.subarray(position + remove)]);
          }
          const { code, output } = await drive([changed]);
          if (code === 'OK') expect(output.equals(payload)).toBe(true);
          else expect(DAMAGE).toContain(code);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('says which CRC does not fit, and where', async () => {
    const { file } = sample('text');
    const block = await drive([flipped(file, 10 * 8)]);
    expect(block.error).toMatchObject({ code: 'COMPRESSION_CHECKSUM', details: { format: 'bzip2' } });
    expect(block.error?.message).toContain('block');
    const stream = await drive([flipped(sample('nothing').file, 11 * 8)]);
    expect(stream.error).toMatchObject({ code: 'COMPRESSION_CHECKSUM', details: { stored: 0x00800000, computed: 0 } });
  });
});

describe('bzip2', { timeout: 120_000 }, () => {
  it('is found by its bytes and by its name, around another compression as well', async () => {
    const { file, payload } = sample('text');
    expect((await drive([file], { expect: ['bzip2', 'none'] }, 'a.bz2')).output).toEqual(payload);
    const { values } = await runDecoder(decompress({ formats: [bzip2()] }), [file]);
    expect(Buffer.concat(values)).toEqual(payload);
    await expect(runDecoder(decompress(), [file])).rejects.toMatchObject({
      code: 'COMPRESSION_UNSUPPORTED',
      message: expect.stringContaining('@millrace/gzip/bzip2') as string,
    });
    const named = { item: { id: 'a', uri: 's3://b/a.csv.bz2' } };
    await expect(
      runDecoder(decompress({ formats: [bzip2()] }), [Buffer.from('a,b,c\n1')], named),
    ).rejects.toMatchObject({
      code: 'COMPRESSION_CONFLICT',
    });
  });

  it('gives outputs of at most 256 KiB, one by one, within the limits', async () => {
    const { file } = sample('zeros');
    const { values } = await runDecoder(create(), [file]);
    expect(Math.max(...values.map(({ length }) => length))).toBeLessThanOrEqual(256 * 1024);
    expect((await drive([file], { maxOutputBytes: 4_999_999 })).code).toBe('COMPRESSION_TOO_LARGE');
    expect((await drive([file], { maxRatio: 1000, ratioFloorBytes: 1_000_000 })).code).toBe(
      'COMPRESSION_RATIO_EXCEEDED',
    );
    expect((await drive([file], { maxOutputBytes: 5_000_000 })).code).toBe('OK');
  });

  it('stops when it is closed', async () => {
    const stage = create().start({ item: { id: 'a', uri: 'a' }, count: () => {}, note: () => {} } as never);
    for await (const _ of stage.push(sample('zeros').file) as AsyncIterable<unknown>);
    const outputs = (stage.end!() as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    expect((await outputs.next()).done).toBe(false);
    await stage.close?.();
    expect((await outputs.next()).done).toBe(true);
  });

  it('is refused as gzip, and gzip as bzip2', async () => {
    expect((await drive([bomb(1)])).code).toBe('COMPRESSION_UNEXPECTED');
    expect((await drive([sample('text').file], { expect: 'gzip' })).code).toBe('COMPRESSION_UNEXPECTED');
  });
});

/** Compresses with Python, which has bzip2's own library; `undefined` where it is not there. */
function compressedByPython(payloads: readonly Buffer[], level: number): readonly Buffer[] | undefined {
  const program = `import bz2,sys,json,base64
print(json.dumps([base64.b64encode(bz2.compress(base64.b64decode(p),${level})).decode() for p in json.load(sys.stdin)]))`;
  try {
    const input = JSON.stringify(payloads.map((payload) => payload.toString('base64')));
    const answer = execFileSync('python3', ['-c', program], {
      input,
      maxBuffer: 1e9,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const all = JSON.parse(answer.toString()) as string[];
    return all.map((base64) => Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}

describe.runIf(compressedByPython([], 9) !== undefined)('what Python compresses', { timeout: 120_000 }, () => {
  it('is decompressed to the same, whatever it is and however it is cut', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 2000 })).map(([byte, count]) => Buffer.alloc(count, byte)),
      fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => Buffer.from(text)),
    );
    const payloads = fc
      .sample(fc.array(piece, { maxLength: 12 }), { numRuns: 60, seed: 7 })
      .map((pieces) => Buffer.concat(pieces));
    let state = 1;
    const noise = Buffer.from(
      Array.from(
        { length: 250_000 },
        () => ((state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) >> 16) & 255,
      ),
    );
    payloads.push(noise, Buffer.concat([noise.subarray(0, 99_981), Buffer.alloc(300, 1), noise.subarray(0, 30)]));
    for (const level of [1, 9]) {
      const files = compressedByPython(payloads, level)!;
      for (const [index, payload] of payloads.entries()) {
        const { output } = await drive(cut(files[index]!, [7, 1000, 70_000][index % 3]!));
        expect(output.equals(payload), `payload ${index}, level ${level}`).toBe(true);
      }
    }
  });
});
