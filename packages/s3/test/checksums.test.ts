import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { storedChecksum } from '../src/running-checksum.ts';
import { CHECKSUMS } from './checksum-headers.ts';

const headersOf = (algorithm: string, value = 'eA=='): Record<string, string> => ({
  [`x-amz-checksum-${algorithm.toLowerCase()}`]: value,
});

function digest(algorithm: string, chunks: readonly Uint8Array[]): string | undefined {
  const running = storedChecksum(headersOf(algorithm))?.start();
  for (const chunk of chunks) running?.update(chunk);
  return running?.digest();
}

/** Cuts bytes at the places given, in any order; empty chunks included. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

/** Published check values: each checksum of the nine bytes `123456789`. */
const CHECK_VALUES = {
  CRC64NVME: 'ae8b14860a799888',
  CRC32C: 'e3069283',
  CRC32: 'cbf43926',
  SHA1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  SHA256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
};

describe.each(Object.entries(CHECK_VALUES))('%s', (algorithm, value) => {
  it('has its published check value', () => {
    const hex = Buffer.from(digest(algorithm, [Buffer.from('123456789')]) ?? '', 'base64').toString('hex');
    expect(hex).toBe(value);
    expect(CHECKSUMS[algorithm]?.(Buffer.from('123456789'))).toBe(Buffer.from(value, 'hex').toString('base64'));
  });

  it('is the same for every chunking, and two never meet', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat(), { maxLength: 6 }), (bytes, places) => {
        expect(digest(algorithm, cut(bytes, places))).toBe(CHECKSUMS[algorithm]?.(bytes));
      }),
    );
    const stored = storedChecksum(headersOf(algorithm));
    const [one, other] = [stored?.start(), stored?.start()];
    for (const part of ['1234', '56789']) {
      one?.update(Buffer.from(part));
      other?.update(Buffer.from('x'));
    }
    expect(one?.digest()).toBe(Buffer.from(value, 'hex').toString('base64'));
    expect(other?.digest()).toBe(CHECKSUMS[algorithm]?.(Buffer.from('xx')));
  });

  it('takes chunks of any size and alignment', () => {
    const bytes = Buffer.from(Array.from({ length: 150_001 }, (_, n) => (n * 7919) % 251));
    const expected = CHECKSUMS[algorithm]?.(bytes.subarray(1));
    expect(digest(algorithm, [bytes.subarray(1)])).toBe(expected);
    expect(digest(algorithm, cut(bytes.subarray(1), [1, 65_536, 65_539, 131_072]))).toBe(expected);
  });
});

describe('which checksum an answer tells', () => {
  it.each([
    ['none', {}],
    ['one of parts, by its type', { ...headersOf('CRC32', 'AAAAAA=='), 'x-amz-checksum-type': 'COMPOSITE' }],
    ['one of parts, by its end', headersOf('SHA256', 'AAAAAA==-3')],
    ['one that is not computed here', headersOf('XXHASH64')],
  ])('is not taken where it is %s', (_name, headers) => {
    expect(storedChecksum(headers)).toBeUndefined();
  });

  it('is the one that the SDK would take, where there are several', () => {
    const all = Object.assign({}, ...Object.keys(CHECKSUMS).map((algorithm) => headersOf(algorithm)));
    const taken: unknown[] = [];
    for (let stored = storedChecksum(all); stored !== undefined; stored = storedChecksum(all)) {
      taken.push(stored.algorithm);
      delete all[`x-amz-checksum-${stored.algorithm.toLowerCase()}`];
    }
    expect(taken).toEqual(['SHA256', 'SHA1', 'CRC32', 'CRC32C', 'CRC64NVME']);
  });
});

describe('a Node without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('leaves CRC64NVME and CRC32C to the SDK', async () => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', undefined);
    const fresh = await import('../src/running-checksum.ts');
    expect(fresh.storedChecksum(headersOf('CRC64NVME'))).toBeUndefined();
    expect(fresh.storedChecksum(headersOf('CRC32C'))).toBeUndefined();
    expect(fresh.storedChecksum(headersOf('CRC32'))?.algorithm).toBe('CRC32');
  });
});
