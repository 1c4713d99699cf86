import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isInShare, parseShare } from '../src/objects/share.ts';

it('puts each object into exactly one share', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 50 }), (object, of) => {
      const shares = Array.from({ length: of }, (_, at) => ({ number: at + 1, of }));
      expect(shares.filter((share) => isInShare(object, share))).toHaveLength(1);
    }),
  );
});

it('divides similar keys about evenly', () => {
  const keys = Array.from({ length: 8000 }, (_, at) => `s3://drop/2026/11/28/prices-${at}.csv.gz`);
  for (let number = 1; number <= 4; number += 1) {
    const size = keys.filter((key) => isInShare(key, { number, of: 4 })).length;
    expect(size).toBeGreaterThan(1800);
    expect(size).toBeLessThan(2200);
  }
});

it.each(['', '1', '0/4', '5/4', '1/0', 'a/b', '1/4/2', '-1/4'])('refuses %j', (text) => {
  expect(() => parseShare(text)).toThrow(expect.objectContaining({ code: 'CLI_ARGUMENT_INVALID' }));
});

it('reads 1/4', () => {
  expect(parseShare('1/4')).toEqual({ number: 1, of: 4 });
});
