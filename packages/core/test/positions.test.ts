import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsPosition, positionRanges } from '../src/part-sink/positions.ts';

describe('positions', () => {
  it('are found again, each and no other, however few or many there are', () => {
    const place = fc.tuple(fc.nat(60), fc.constantFrom('', '', '.0', '.1', '.0.1'));
    fc.assert(
      fc.property(fc.uniqueArray(place, { selector: ([n, branch]) => `${n}${branch}` }), (places) => {
        const positions = places.toSorted(([a], [b]) => a - b).map(([n, branch]) => `${n}${branch}`);
        const text = positionRanges(positions);
        for (let n = 0; n <= 60; n += 1) {
          for (const branch of ['', '.0', '.1', '.0.1']) {
            expect(holdsPosition(text, `${n}${branch}`)).toBe(positions.includes(`${n}${branch}`));
          }
        }
      }),
    );
  });
});
