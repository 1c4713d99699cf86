import { checkOptions, inShare, isShare } from '@millrace/core/plugin';
import { describe, expect, it } from 'vitest';

describe('a share of a listing', () => {
  const names = Array.from({ length: 4000 }, (_, index) => `in/2026/11/28/prices-${index}.csv.gz`);

  it.each([1, 2, 4, 7])('has about one of %i parts, and each name is in exactly one', (of) => {
    const shares = Array.from({ length: of }, (_, index) => names.filter(inShare(`${index + 1}/${of}`)));
    expect(shares.flat().toSorted()).toEqual(names.toSorted());
    for (const share of shares) {
      expect(Math.abs(share.length - names.length / of)).toBeLessThan((names.length / of) * 0.15 + 1);
    }
  });

  it('is the same at every release: two processes of different ones divide a listing', () => {
    const shareOf = (name: string): number => [1, 2, 3, 4].find((share) => inShare(`${share}/4`)(name))!;
    expect(['', 'a', 'in/a.csv', 'in/b.csv', 'ü/😀'].map(shareOf)).toMatchInlineSnapshot(`
      [
        4,
        4,
        3,
        3,
        2,
      ]
    `);
  });

  it.each(['1/4', '4/4', '1/1', '10000/10000'])('may be %j', (share) => expect(isShare(share)).toBeUndefined());

  it.each(['0/4', '5/4', '1/0', '1/10001', '1', '1/4/2', 'a/b', '-1/4', 1, undefined])('may not be %j', (share) => {
    expect(() => checkOptions('list', { share }, { share: isShare })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});
